// undici's entry loads fetch, WebSocket, caches and mocks (over 60 ms); requests without a proxy
// need its pool only.
declare module 'undici/lib/dispatcher/pool.js' {
  export { Pool as default } from 'undici';
}
