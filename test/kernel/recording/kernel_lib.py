"""What kernel-lib says of values that Python made."""

import json
import subprocess

from spec import ROOT

READ = """
const { {reader} } = require('./kernel-lib/dist/protocol');
for (const line of require('fs').readFileSync(0, 'utf8').trim().split('\\n'))
  if ({reader}(JSON.parse(line)) === null) throw new Error(line.slice(0, 200));
console.log('read');
"""


def read_by_kernel_lib(*values, reader="parsePayload"):
    """Its own reader judges them."""
    lines = "\n".join(json.dumps(value) for value in values)
    code = READ.replace("{reader}", reader)
    done = subprocess.run(["node", "-e", code], input=lines, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "read\n", done.stderr
