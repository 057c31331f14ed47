// Child process of token-source.test.ts: asks for an access token of a stored connection and prints it.
import { Connections } from '../../../dist/src/accounts/connections.js';
import { createTokenSource } from '../../../dist/src/accounts/token-source.js';
import { systemClock } from '../../../dist/src/clock.js';
import { createHttpClient } from '../../../dist/src/http/client.js';

const [configDirectory, gateway] = process.argv.slice(2);
const connected = new Connections({ configDirectory, variables: {} }).find('default', 'amazon');
const http = createHttpClient({ gateway, timeoutMs: 10_000, userAgent: 'postback/test' });
console.log(await createTokenSource(connected, { http, clock: systemClock }).accessToken());
await http.close();
