"""Memory does not grow where a cell runs again and again."""

CELL = """
import { join } from 'path';
const big = new Float64Array(100_000).fill(1);
class Holder { values() { return big; } }
function hold() { return new Holder().values().length; }
const made = Array.from({ length: 1000 }, (_, i) => ({ i, path: join('a', String(i)) }));
hold() + made.length
"""
# Bytes that are held once nothing is garbage.
HELD = """
(() => {
  require('v8').setFlagsFromString('--expose-gc');
  const collect = require('vm').runInNewContext('gc');
  collect(); collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
})()
"""


def test_five_hundred_reruns_of_a_cell(fresh_kernel):
    def run(times):
        for _ in range(times):
            assert fresh_kernel.ok(CELL).result == "101000"
        return int(fresh_kernel.ok(HELD).result)

    before = run(50)
    # Each run makes some 0.9 MB; of none that was replaced is anything left.
    assert run(500) - before < 10e6
