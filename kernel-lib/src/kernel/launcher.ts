/** @file The kernel "TypeScript (Switchyard)": `node launcher.js CONNECTION_FILE`, from any folder. */
import fs from 'fs';
import { prepareEnvironment } from '../base/backend/environment';
import { refuseExit } from './cells/exits';
import { Session } from './session';
import { refuseInput } from './stdin';
import { addRequireFolders, ownPackageFolders } from './typescript/packages';
import { Connection } from './wire/connection';

// As it is before cells' output is led to them.
const { writeSync } = fs;

launch(process.argv[2]);

function launch(connectionFile: string | undefined): void {
  if (connectionFile === undefined) {
    writeSync(2, 'usage: node launcher.js CONNECTION_FILE\n');
    process.exit(2);
  }
  prepareEnvironment();
  // Node keeps ten frames; libraries have more between a cell and what failed.
  Error.stackTraceLimit = 100;
  const exit = process.exit.bind(process);
  refuseExit();
  quietWarnings();
  refuseInput();
  addRequireFolders(ownPackageFolders());
  // The wire thread binds its sockets and answers kernel_info while this one loads TypeScript.
  const connection = new Connection(connectionFile);
  const session = new Session(connection);
  connection.listen({
    request: (request) => session.handle(request),
    interrupt: (target) => session.interrupt(target),
    terminated: (target) => session.terminated(target),
    shutdown: () => exit(0),
    failed: (error) => {
      writeSync(2, `switchyard kernel: ${error.stack}\n`);
      exit(1);
    }
  });
  process.on('exit', () => {
    session.flush();
    connection.close();
  });
}

/** Notes of Node for the programmers of packages are not for readers of cells. */
function quietWarnings(): void {
  process.noDeprecation = true;
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => {
    if (name !== 'ExperimentalWarning') {
      process.stderr.write(`${name}: ${message}\n`);
    }
  });
}
