import { tslabRequire } from '../tslab';
import { chooseTypeScript } from '../typescript/choose';
import { PROTOCOL_VERSION, type Content } from './message';

/** Content of a kernel_info_reply. */
export function kernelInfo(): Content {
  const { version: typescript } = chooseTypeScript(process.cwd());
  const own = (require('../../../package.json') as { version: string }).version;
  return {
    status: 'ok',
    protocol_version: PROTOCOL_VERSION,
    implementation: 'switchyard',
    implementation_version: own,
    language_info: {
      name: 'typescript',
      version: typescript,
      mimetype: 'text/typescript',
      file_extension: '.ts',
      pygments_lexer: 'typescript',
      codemirror_mode: 'typescript',
      nbconvert_exporter: 'script'
    },
    banner: `Switchyard ${own}: TypeScript ${typescript} on tslab ${version('tslab/package.json')}, Node ${process.version}`,
    debugger: false,
    help_links: [
      { text: 'TypeScript', url: 'https://www.typescriptlang.org/docs/' },
      { text: 'TensorFlow.js', url: 'https://js.tensorflow.org/api/latest/' }
    ]
  };
}

function version(path: string): string {
  return (tslabRequire(path) as { version: string }).version;
}
