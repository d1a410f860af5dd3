"""The suite that checks any Jupyter kernel against the protocol."""

from jupyter_kernel_test import IopubWelcomeTests, KernelTests
from conftest import KERNEL_NAME


class TestSwitchyard(KernelTests):
    kernel_name = KERNEL_NAME
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('oops')"
    code_generate_error = "throw new Error('no')"
    code_inspect_sample = "console"
    # Not through the library's front door: loading TensorFlow may take longer than the suite waits.
    code_clear_output = "import { clearOutput } from '@switchyard/kernel-lib/dist/kernel/notebook.js'; clearOutput()"
    code_history_pattern = "1?2*"
    supported_history_operations = ("tail", "range", "search")
    completion_samples = [
        {"text": "Math.hypo", "matches": ["hypot"]},
        {"text": "const notThere = 1; notThe", "matches": ["notThere"]},
    ]
    complete_code_samples = ["1", "console.log('a')", "function f(x: number) {\n  return x * 2;\n}"]
    incomplete_code_samples = ["console.log(", "function f(x: number) {\n  return x", "[1, 2,"]
    invalid_code_samples = ["let x = = 3", "1 +* 2"]
    code_execute_result = [
        {"code": "1+2+3", "result": "6"},
        {"code": "[1, 2].map((n) => n * 2)", "result": "[ 2, 4 ]"},
        {"code": "'text'", "result": "'text'"},
    ]
    code_display_data = [
        {"code": "import * as tslab from 'tslab'; tslab.display.html('<b>x</b>')", "mime": "text/html"},
        {"code": "tslab.display.png(new Uint8Array([1, 2]))", "mime": "image/png"},
    ]


class TestWelcome(IopubWelcomeTests):
    kernel_name = KERNEL_NAME
    support_iopub_welcome = True


# The base classes would run as well, against Python's kernel.
del KernelTests, IopubWelcomeTests
