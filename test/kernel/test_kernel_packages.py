"""A notebook in an empty folder has Node's types and this library; a package of its own folder comes first."""

import json

from client import started
from spec import ROOT


def test_an_empty_folder_has_nodes_types_and_the_library(fresh_kernel):
    fresh_kernel.ok("setTimeout(() => {}, 0); console.log(typeof Buffer); process.pid > 0")
    outcome = fresh_kernel.ok("import { tf } from '@switchyard/kernel-lib';\nconst t: tf.Tensor = tf.ones([2, 3]);\nt.shape")
    assert outcome.result == "[ 2, 3 ]"
    # Nor do the log lines of native TensorFlow enter a cell.
    assert outcome.text("stdout") + outcome.text("stderr") == ""


def test_a_wrong_type_is_an_error_with_code_and_caret(fresh_kernel):
    outcome = fresh_kernel.run("import { tf } from '@switchyard/kernel-lib';\nconst t = tf.ones('no');")
    assert outcome.status == "error"
    error = outcome.error
    assert error["ename"] == "TypeScriptError"
    assert error["evalue"].startswith("TS2345: ")
    text = "\n".join(error["traceback"])
    assert "> 2 | const t = tf.ones('no');" in text
    caret = next(line for line in error["traceback"][0].split("\n") if "^" in line)
    # Under the four characters of the argument; the line begins with "> 2 | ".
    assert caret.replace("\x1b[31m", "").replace("\x1b[39m", "") == "    | " + " " * len("const t = tf.ones(") + "^^^^"


def test_no_name_of_other_type_packages_is_in_a_cell(fresh_kernel):
    # The installation has @types/d3, which declares a global of this name.
    outcome = fresh_kernel.run("d3")
    assert outcome.error["evalue"].startswith("TS2304: Cannot find name 'd3'")


def test_a_package_of_the_own_folder_comes_first(kernelspec, tmp_path):
    package = tmp_path / "node_modules" / "@switchyard" / "kernel-lib"
    package.mkdir(parents=True)
    (package / "package.json").write_text(json.dumps({"name": "@switchyard/kernel-lib", "main": "a.js", "types": "a.d.ts"}))
    (package / "a.js").write_text("exports.own = 'from the folder above';")
    (package / "a.d.ts").write_text("export declare const own: string;")
    (tmp_path / "notebooks").mkdir()
    with started(kernelspec, tmp_path / "notebooks") as kernel:
        assert kernel.ok("import { own } from '@switchyard/kernel-lib'; own").result == "'from the folder above'"


def test_tslab_itself_can_be_imported(fresh_kernel):
    fresh_kernel.ok("import * as tslab from 'tslab';")
    outcome = fresh_kernel.ok("const d = tslab.newDisplay(); d.html('<b>1</b>'); d.html('<b>2</b>')")
    assert outcome.contents("display_data")[0]["data"] == {"text/html": "<b>1</b>"}
    update = outcome.contents("update_display_data")[0]
    assert update["data"] == {"text/html": "<b>2</b>"}
    assert update["transient"] == outcome.contents("display_data")[0]["transient"]


def test_a_typescript_file_beside_the_notebook_is_compiled(kernelspec, tmp_path):
    (tmp_path / "helper.ts").write_text("export const twice = (x: number): number => 2 * x;\n")
    with started(kernelspec, tmp_path) as kernel:
        assert kernel.ok("import { twice } from './helper'; twice(21)").result == "42"


def test_the_typescript_of_the_own_folder_checks_cells(kernelspec, tmp_path):
    package = tmp_path / "node_modules" / "typescript"
    package.mkdir(parents=True)
    ours = json.dumps(str(ROOT / "node_modules" / "typescript"))
    (package / "package.json").write_text(json.dumps({"name": "typescript", "version": "5.8.99", "main": "a.js"}))
    (package / "a.js").write_text(f"module.exports = {{ ...require({ours}), version: '5.8.99' }};")
    with started(kernelspec, tmp_path) as kernel:
        assert kernel.ok("import * as tslab from 'tslab'; tslab.versions.typescript").result == "'5.8.99'"
        info = kernel.reply(kernel.send("kernel_info_request", {}))["content"]
        assert info["language_info"]["version"] == "5.8.99"


def test_an_old_typescript_of_the_own_folder_does_not(kernelspec, tmp_path):
    package = tmp_path / "node_modules" / "typescript"
    package.mkdir(parents=True)
    (package / "package.json").write_text(json.dumps({"name": "typescript", "version": "4.9.5", "main": "none.js"}))
    with started(kernelspec, tmp_path) as kernel:
        assert kernel.ok("const choose = <T extends string>(all: T[], one: NoInfer<T>) => one; choose(['a'], 'a')").result == "'a'"


def test_programs_that_a_cell_starts_do_not_see_the_lookup(fresh_kernel):
    assert fresh_kernel.ok("process.env.NODE_PATH === undefined").result == "true"
