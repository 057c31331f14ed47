// The bill of materials of a release, in CycloneDX 1.5 (https://cyclonedx.org/docs/1.5/json/).
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A heading of dist/THIRD-PARTY-LICENSES.txt: name, version and license of a package. */
const HEADING = /^((?:@[\w.-]+\/)?[\w.-]+) (\d\S*) \(([^)]*)\)$/;

/**
 * Returns the bill of materials.
 * @param package_ our package.json
 * @param notices text of dist/THIRD-PARTY-LICENSES.txt: the packages that the bundle contains
 * @param runtimes the Node runtimes in the archives, `{name, version}` each
 */
export function makeSbom(package_, notices, runtimes) {
  const bundled = listBundled(notices).map(describePackage);
  const nodes = runtimes.map(({ name, version }) =>
    describePackage({ name, version, license: 'MIT' }),
  );
  const { name, version, license, description } = package_;
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      component: {
        ...describePackage({ name, version, license }),
        type: 'application',
        description,
      },
    },
    components: [...bundled, ...nodes],
  };
}

function listBundled(notices) {
  const sections = notices.split(/\n\n----\n\n|\n\n(?=.*\(.*\)\n\n)/);
  const seen = new Map();
  for (const section of sections) {
    const [, name, version, license] = HEADING.exec(section.split('\n')[0]) ?? [];
    if (name !== undefined) seen.set(`${name} ${version}`, { name, version, license });
  }
  return [...seen.values()];
}

function describePackage({ name, version, license }) {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const licenses = license ? { licenses: [{ expression: license }] } : {};
  return { type: 'library', 'bom-ref': purl, name, version, ...licenses, purl };
}

/** Returns the lines of SHA256SUMS for files, as `sha256sum` writes them. */
export function makeChecksums(files) {
  const lines = files.map(({ name, path }) => {
    const hash = createHash('sha256').update(readFileSync(path)).digest('hex');
    return `${hash}  ${name}\n`;
  });
  return lines.join('');
}
