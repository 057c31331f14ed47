import { expect } from 'vitest';
import { openHintWorkspace, testHints } from '../../kit/hints.js';

/** A template of an endpoint at a host. */
function templateAt(host: string): string {
  return JSON.stringify({
    name: 'acme',
    method: 'GET',
    url: `https://${host}/pb?cid={click_id}&goal={goal}&test={test}`,
    clickId: { fields: ['acme_cid'], utmSources: ['acme'] },
  });
}

testHints(
  [
    'connect http NAME --template FILE',
    "connect http {name??'NAME'} --template FILE",
    'connect {network} --template FILE --replace',
  ],
  'an endpoint is connected, and replaced, by the commands that errors of connect suggest',
  async () => {
    const workspace = await openHintWorkspace();
    workspace.write('acme.json', templateAt('t.acme.example'));
    workspace.write('moved.json', templateAt('new.acme.example'));
    const hostOf = async (): Promise<string> =>
      (
        JSON.parse((await workspace.run(['status', '--json'])).stdout) as {
          networks: { network: string; account: string }[];
        }
      ).networks.find(({ network }) => network === 'http:acme')!.account;

    const named = await workspace.nextOf(['connect', 'amazon', '--preset', 'voluum']);
    const fill = { NAME: 'acme', FILE: 'acme.json' };
    expect((await workspace.follow(named, { fill })).code).toBe(0);
    expect(await hostOf()).toBe('t.acme.example');

    const again = await workspace.nextOf(['connect', 'http', 'acme']);
    expect((await workspace.follow(again, { fill: { FILE: 'acme.json' } })).code).toBe(0);

    const replacing = await workspace.nextOf(['connect', 'http:acme', '--template', 'moved.json']);
    expect(await hostOf()).toBe('t.acme.example');
    const moved = await workspace.follow(replacing, { fill: { FILE: 'moved.json' } });
    expect(moved.code, moved.stderr).toBe(0);
    expect(await hostOf()).toBe('new.acme.example');
  },
);

testHints(
  ['test --network {network}'],
  'doctor suggests a test conversion for an endpoint, and it arrives',
  async () => {
    const workspace = await openHintWorkspace();
    workspace.write('acme.json', templateAt('t.acme.example'));
    const connected = await workspace.run(['connect', 'http', 'acme', '--template', 'acme.json']);
    expect(connected.code, connected.stderr).toBe(0);
    await workspace.run(['goals', 'add', '--template', 'first-purchase']);
    const suggested = await workspace.suggestedBy(['doctor']);
    const command = suggested.find((one) => one.includes('test --network'))!;
    const { code, stdout, stderr } = await workspace.follow(command);
    expect(code, stdout + stderr).toBe(0);
    expect(workspace.sandbox.state.received()).toBe(1);
  },
);
