import { setEndpointClicks } from '../../src/attribution/endpoint-clicks.js';
import { forgetSecretTexts } from '../../src/secret.js';

// Runs before each test file is loaded: what a process remembers of the workspace that it serves
// must not reach the next file of the worker.
forgetSecretTexts();
setEndpointClicks([]);
