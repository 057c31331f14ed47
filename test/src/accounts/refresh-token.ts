// Child process of token-source.test.ts: asks for an access token of a stored connection and prints
// it.
import { Connections } from '../../../src/accounts/connections.js';
import { createTokenSource } from '../../../src/accounts/token-source.js';
import { systemClock } from '../../../src/clock.js';
import { createHttpClient } from '../../../src/http/client.js';

const [configDirectory, gateway] = process.argv.slice(2) as [string, string];
const connected = new Connections({ configDirectory, variables: {} }).find('default', 'amazon')!;
const http = createHttpClient({ gateway, timeoutMs: 10_000, userAgent: 'postback/test' });
console.log(await createTokenSource(connected, { http, clock: systemClock }).accessToken());
await http.close();
