// The receiving end: gives tokens, accepts every event, counts them, judges nothing. Prints its
// port. GET /count tells what came since the last GET /reset, when the first of it came, and what
// it cost. Usage: node stub.js [LATENCY_MS] [REFUSE_EVERY] [timing]: answers after so long; of so
// many requests one is answered 503; `timing`: GET /ages lists how old each event was when it came.
import { createServer } from 'node:http';

const [latencyMs = 0, refuseEvery = 0] = process.argv.slice(2, 4).map(Number);
const isTiming = process.argv[4] === 'timing';
let ages = [];
let [requests, events, firstMs] = [0, 0, 0];
let cpu = process.cpuUsage();

const server = createServer({ keepAliveTimeout: 60_000, noDelay: true }, (request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => answer(request.url ?? '', Buffer.concat(chunks), response));
});

function answer(url, body, response) {
  if (url === '/count') {
    const { user, system } = process.cpuUsage(cpu);
    return send(
      response,
      200,
      JSON.stringify({ requests, events, firstMs, cpuSeconds: (user + system) / 1e6 }),
    );
  }
  if (url === '/ages') return send(response, 200, JSON.stringify(ages));
  if (url === '/reset') {
    ages = [];
    [requests, events, firstMs, cpu] = [0, 0, 0, process.cpuUsage()];
    return send(response, 200, '{}');
  }
  if (url.endsWith('/auth/o2/token')) {
    const grant = {
      access_token: 'Atza|bench',
      refresh_token: 'Atzr|bench',
      token_type: 'bearer',
      expires_in: 3600,
    };
    return send(response, 200, JSON.stringify(grant));
  }
  firstMs ||= Date.now();
  requests += 1;
  const late = () =>
    refuseEvery > 0 && requests % refuseEvery === 0
      ? send(response, 503, '{}')
      : accept(url, body, response);
  if (latencyMs > 0) setTimeout(late, latencyMs);
  else late();
}

function accept(url, body, response) {
  // CAPI v1 counts from 1, the Events API from 0.
  const isCapi = url.includes('/dsp/conversionDefinitions/eventData');
  const count = countOf(body, isCapi ? '"conversionDefinitionId"' : '"matchKeys"');
  const base = isCapi ? 1 : 0;
  events += count;
  if (isTiming) {
    const nowMs = Date.now();
    for (const [, time] of body.toString().matchAll(/"eventTime":"([^"]+)"/g))
      ages.push(nowMs - Date.parse(time));
  }
  const items = Array.from(
    { length: count },
    (_, index) => `{"index":${index + base},"message":"Event received"}`,
  );
  send(response, 207, `{"success":[${items.join(',')}],"error":[]}`);
}

function countOf(body, word) {
  let count = 0;
  for (let at = body.indexOf(word); at >= 0; at = body.indexOf(word, at + word.length)) count += 1;
  return count;
}

function send(response, status, text) {
  response
    .writeHead(status, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    })
    .end(text);
}

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
