"""A study in Optuna's storage, asked for trials and told of them by the library: one JSON object a line in, one a line out.

The library starts it, and it ends when its input does, so that it never outlives the library. What is written down before an
answer stays: kill -9 at any moment loses no trial that was answered for.
"""

import base64
import io
import json
import os
import pickle
import signal
import sys

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.study import StudyDirection
from optuna.trial import TrialState, create_trial

# Isolated from its folder as well, Python would not find what lies beside this file.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from trial_rows import TrialRows  # noqa: E402

#: Our own record of a study, and of a trial.
OURS = "switchyard"
#: How far measures of a trial are beyond their limits; more than 0 where one is.
LIMITS = "switchyard:limits"
#: The sampler's state after its last suggestion.
SAMPLER = "switchyard:sampler"
#: The process that runs a study.
OWNER = "switchyard:owner"

#: Packages of drivers, where they have another name than their module.
PACKAGES = {"MySQLdb": "mysqlclient", "mysql": "mysql-connector-python", "psycopg2": "psycopg2-binary"}

STATES = {"complete": TrialState.COMPLETE, "pruned": TrialState.PRUNED, "failed": TrialState.FAIL}
NAMES = {**{state: name for name, state in STATES.items()}, TrialState.RUNNING: "running", TrialState.WAITING: "waiting"}


class Reader(pickle.Unpickler):
    """Reads a sampler's state, and nothing else: a database that somebody gave us must not run code of theirs."""

    ALLOWED = {
        ("numpy", "ndarray"),
        ("numpy", "dtype"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "scalar"),
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy.random._pickle", "__randomstate_ctor"),
        ("numpy.random._pickle", "__bit_generator_ctor"),
        ("numpy.random._mt19937", "MT19937"),
        ("numpy.random.mtrand", "RandomState"),
        ("builtins", "set"),
        ("collections", "OrderedDict"),
        ("collections", "defaultdict"),
        ("builtins", "dict"),
        ("builtins", "list"),
        ("__main__", "limits_of"),
    }

    #: Where Optuna keeps what samplers hold: not where it opens files, databases and connections.
    PARTS = ("optuna.samplers.", "optuna.distributions", "optuna.search_space.", "optuna.study._study_direction", "optuna.trial.")

    def find_class(self, module, name):
        if (module, name) in self.ALLOWED:
            return super().find_class(module, name)
        if module.startswith(self.PARTS) and "." not in name:
            found = super().find_class(module, name)
            # Not what a module of theirs has imported.
            if getattr(found, "__module__", None) == module:
                return found
        raise pickle.UnpicklingError(f"the sampler's state must be of Optuna's samplers, got {module}.{name}")


def limits_of(trial):
    """How far a trial is beyond each limit, for samplers."""
    return trial.user_attrs.get(LIMITS, [0.0])


def make_sampler(name, options, seed):
    samplers = optuna.samplers
    classes = {
        "tpe": samplers.TPESampler,
        "gp": samplers.GPSampler,
        "cmaes": samplers.CmaEsSampler,
        "nsga2": samplers.NSGAIISampler,
        "nsga3": samplers.NSGAIIISampler,
        "qmc": samplers.QMCSampler,
        "random": samplers.RandomSampler,
        "brute-force": samplers.BruteForceSampler,
    }
    limited = {"constraints_func": limits_of} if name in ("tpe", "gp", "nsga2", "nsga3") and options.pop("limited", False) else {}
    options.pop("limited", None)
    return classes[name](seed=seed, **limited, **options)


def distribution(domain):
    if domain["kind"] == "categorical":
        return CategoricalDistribution(domain["values"])
    if domain["kind"] == "integer":
        return IntDistribution(domain["low"], domain["high"], log=domain["log"], step=domain["step"])
    return FloatDistribution(domain["low"], domain["high"], log=domain["log"])


def is_active(leaf, point):
    return all(
        condition["label"] in point
        and (
            any(point[condition["label"]] is value or point[condition["label"]] == value for value in condition["is"])
            if "is" in condition
            else point[condition["label"]] >= condition["atLeast"]
        )
        for condition in leaf["when"]
    )


def describe(trial):
    """A trial as the library reads it; what is not finite is null."""
    values = trial.values
    start, end = trial.datetime_start, trial.datetime_complete
    return {
        "number": trial.number,
        "state": NAMES[trial.state],
        "point": trial.params,
        "values": None if values is None else [finite(value) for value in values],
        "intermediate": [[step, finite(value)] for step, value in sorted(trial.intermediate_values.items())],
        "attributes": trial.user_attrs.get(OURS),
        "seconds": (end - start).total_seconds() if start is not None and end is not None else None,
    }


def finite(value):
    return value if value is not None and abs(value) < float("inf") else None


def is_alive(owner):
    """True where the process that owns a study runs on this machine, and with it the Python process that held the study for it. Of another machine nothing is known."""
    if owner is None or owner["host"] != os.uname().nodename or owner["pid"] == os.getpid():
        return False
    return runs(owner) and runs(owner.get("holder", owner))


def runs(process):
    try:
        os.kill(process["pid"], 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return process.get("started") == started(process["pid"])


def started(pid):
    """When a process began, so that another of the same number is not taken for it; null where that is not told."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[19]
    except OSError:
        return None


def expect_driver(url):
    """Throws where the module that speaks to the database is not installed, and says how it is."""
    from sqlalchemy.engine import make_url

    try:
        make_url(url).get_dialect().import_dbapi()
    except ImportError as error:
        package = PACKAGES.get(error.name, error.name)
        raise ImportError(
            f'the driver of {make_url(url).drivername} must be there ("{sys.executable}" -m pip install {package} installs it), got: {error}'
        ) from error


def storage_of(url):
    if url is None:
        return optuna.storages.InMemoryStorage()
    if not url.startswith("sqlite:"):
        expect_driver(url)
        # A server closes what was idle while a long trial ran.
        return optuna.storages.RDBStorage(url, engine_kwargs={"pool_pre_ping": True})
    from sqlalchemy import event, make_url

    # Seconds that it waits for another process that writes, unless the URL says so: "sqlite:///studies.db?timeout=5".
    timeout = {} if "timeout" in make_url(url).query else {"timeout": 60}
    storage = optuna.storages.RDBStorage(url, engine_kwargs={"connect_args": timeout})

    @event.listens_for(storage.engine, "connect")
    def connect(connection, _record):
        # Those who read, a dashboard above all, then hold up nobody who writes.
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")

    storage.engine.dispose()
    return storage


class SameFile:
    """The file of a SQLite database, looked at before each change: one that was moved or removed takes what is written with it, and SQLite says nothing."""

    def __init__(self, storage):
        engine = getattr(storage, "engine", None)
        isFile = engine is not None and engine.dialect.name == "sqlite" and engine.url.database not in (None, "", ":memory:")
        self.path = os.path.abspath(engine.url.database) if isFile else None
        self.found = self.look()

    def look(self):
        try:
            found = None if self.path is None else os.stat(self.path)
        except OSError:
            found = None
        return found and (found.st_dev, found.st_ino)

    def check(self):
        if self.path is not None and self.look() != self.found:
            raise OSError(f"the database must be where it was when the study began ({self.path})")


class Served:
    """A study that is served; its methods are the requests."""

    #: True once this process runs the study.
    owns = False

    def __init__(self):
        #: Identifiers in the storage, by number.
        self.trial_ids = {}

    def open(self, url, name, directions, record, mode):
        self.storage = storage_of(url)
        self.file = SameFile(self.storage)
        self.rows = TrialRows.of(self.storage, distribution)
        names = [summary.study_name for summary in optuna.get_all_study_summaries(self.storage)]
        if mode == "list":
            return {"names": names}
        isNew = name not in names
        if isNew and mode == "read":
            return {"missing": True, "names": names}
        if isNew:
            self.study = optuna.create_study(storage=self.storage, study_name=name, directions=directions)
            self.study.set_user_attr(OURS, record)
        else:
            self.study = optuna.load_study(study_name=name, storage=self.storage)
        # Samplers that went through all there is stop the loop of Optuna's own, which does not run here: the library sees for itself that nothing is left.
        self.study.stop = lambda: None
        self.study_id = self.study._study_id
        attributes = self.study.user_attrs
        trials = self.study.get_trials(deepcopy=False)
        self.trial_ids = {trial.number: trial._trial_id for trial in trials}
        if mode == "run":
            owner = attributes.get(OWNER)
            if is_alive(owner):
                return {"owner": owner}
            parent = os.getppid()
            self.owns = True
            holder = {"pid": os.getpid(), "started": started(os.getpid())}
            self.study.set_user_attr(OWNER, {"pid": parent, "host": os.uname().nodename, "started": started(parent), "holder": holder})
        sampler = attributes.get(SAMPLER)
        self.sampled = sampler and sampler["id"]
        self.sampler_state = sampler and sampler["state"]
        self.sampler = None
        return {
            "created": isNew,
            "record": attributes.get(OURS),
            "sampled": self.sampled,
            "directions": ["lower" if each == StudyDirection.MINIMIZE else "higher" for each in self.study.directions],
            "trials": [describe(trial) for trial in trials],
        }

    def create(self, point, leaves, attributes):
        """A running trial of a point that the library chose, with all that is known of it in one transaction."""
        self.file.check()
        if self.rows is not None:
            trial_id, number = self.rows.create(self.study_id, point, leaves, {OURS: attributes})
            self.trial_ids[number] = trial_id
            return {"number": number}
        template = create_trial(
            state=TrialState.RUNNING,
            params=point,
            distributions={leaf["label"]: distribution(leaf["domain"]) for leaf in leaves if leaf["label"] in point},
            user_attrs={OURS: attributes},
        )
        trial_id = self.storage.create_new_trial(self.study_id, template_trial=template)
        return {"number": self.number_of(trial_id)}

    def ask(self, sampler, leaves, attributes):
        """A running trial of a point that a sampler chose. Its state is written last: a trial without it is suggested anew."""
        self.file.check()
        if self.sampler is None:
            if self.sampler_state is not None:
                self.sampler = Reader(io.BytesIO(base64.b64decode(self.sampler_state))).load()
            else:
                self.sampler = make_sampler(sampler["sampler"], dict(sampler["options"]), sampler["seed"])
            self.study.sampler = self.sampler
        trial = self.study.ask()
        self.trial_ids[trial.number] = trial._trial_id
        point = {}
        for leaf in leaves:
            if is_active(leaf, point):
                point[leaf["label"]] = trial._suggest(leaf["label"], distribution(leaf["domain"]))
        state = base64.b64encode(pickle.dumps(self.study.sampler)).decode()
        sampled = {"id": attributes["id"], "state": state}
        if self.rows is not None:
            self.rows.asked(trial._trial_id, {OURS: attributes}, self.study_id, {SAMPLER: sampled})
        else:
            trial.set_user_attr(OURS, attributes)
            self.study.set_user_attr(SAMPLER, sampled)
        return {"number": trial.number, "point": point}

    def report(self, number, step, value):
        self.file.check()
        if self.rows is not None:
            self.rows.report(self.trial_id(number), step, value)
            return
        self.storage.set_trial_intermediate_value(self.trial_id(number), step, value)

    def tell(self, number, state, values, attributes, limits):
        self.file.check()
        trial_id = self.trial_id(number)
        ours = {OURS: attributes, **({} if limits is None else {LIMITS: limits})}
        paused = (int(attributes.get("resource", 0)), values[0]) if state == "pruned" and values is not None else None
        sampled = self.study.sampler is self.sampler
        known = values if state == "complete" else values and values[:1]
        if self.rows is not None and not sampled:
            self.rows.tell(trial_id, STATES[state], known, ours, paused)
            return
        if self.rows is not None:
            self.rows.note(trial_id, ours, paused)
        else:
            for key, value in ours.items():
                self.storage.set_trial_user_attr(trial_id, key, value)
            if paused is not None:
                self.storage.set_trial_intermediate_value(trial_id, *paused)
        if sampled:
            self.study.tell(number, values=values if state == "complete" else None, state=STATES[state])
        else:
            # What Optuna writes down too, without reading the trial three times over for a sampler that nobody asks.
            self.storage.set_trial_state_values(trial_id, STATES[state], known)

    def close(self):
        if self.owns:
            self.study.set_user_attr(OWNER, None)

    def importance(self, method="ped-anova"):
        from optuna.importance import FanovaImportanceEvaluator, PedAnovaImportanceEvaluator, get_param_importances

        # A forest is drawn: by one seed, so that the same trials have the same importances.
        evaluator = FanovaImportanceEvaluator(seed=0) if method == "fanova" else PedAnovaImportanceEvaluator()
        return get_param_importances(self.study, evaluator=evaluator)

    def number_of(self, trial_id):
        """Number of a new trial: the next, but where others have made some, too. To ask which trial has a number is a tenth of reading the trial."""
        number = len(self.trial_ids)
        try:
            is_next = self.storage.get_trial_id_from_study_id_trial_number(self.study_id, number) == trial_id
        except KeyError:
            is_next = False
        number = number if is_next else self.storage.get_trial_number_from_id(trial_id)
        self.trial_ids[number] = trial_id
        return number

    def trial_id(self, number):
        if number not in self.trial_ids:
            self.trial_ids[number] = self.storage.get_trial_id_from_study_id_trial_number(self.study_id, number)
        return self.trial_ids[number]


def complaint(error):
    """What an error says, with what it came of: Optuna's own often says less than the database's."""
    cause = error.__cause__ or error.__context__
    own = f"{type(error).__name__}: {error}"
    return own if cause is None else f"{own} ({type(cause).__name__}: {cause})"


def serve(requests, answers):
    served = Served()
    answers({"ready": optuna.__version__})
    for line in requests:
        request = json.loads(line)
        try:
            answers({"id": request["id"], "result": getattr(served, request["method"])(**request["parameters"])})
        except Exception as error:
            answers({"id": request["id"], "error": complaint(error)})


if __name__ == "__main__":
    # The interrupt of a terminal is the library's to handle; what others print must not be taken for an answer.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    optuna.logging.set_verbosity(optuna.logging.ERROR)

    def answers(value):
        out.write(json.dumps(value) + "\n")
        out.flush()

    serve(sys.stdin, answers)
