"""Trials of a study in a SQLite file of Optuna's, written row by row."""

import datetime
import json

import optuna
from optuna.trial import TrialState


class TrialRows:
    """Writes trials into a SQLite file by rows, each change in one transaction: object by object, as Optuna does for every database, it takes four times as long."""

    #: Columns that it writes; tables that have others are left to Optuna.
    COLUMNS = {
        "TrialModel": "trial_id number study_id state datetime_start datetime_complete",
        "TrialParamModel": "param_id trial_id param_name param_value distribution_json",
        "TrialUserAttributeModel": "trial_user_attribute_id trial_id key value_json",
        "StudyUserAttributeModel": "study_user_attribute_id study_id key value_json",
        "TrialValueModel": "trial_value_id trial_id objective value value_type",
        "TrialIntermediateValueModel": "trial_intermediate_value_id trial_id step intermediate_value intermediate_value_type",
    }

    @classmethod
    def of(cls, storage, distribution):
        """None where the storage is not one that it knows."""
        engine = getattr(storage, "engine", None)
        if engine is None or engine.dialect.name != "sqlite":
            return None
        from optuna.storages._rdb import models

        known = all(list(getattr(models, name).__table__.c.keys()) == columns.split() for name, columns in cls.COLUMNS.items())
        return cls(engine, models, distribution) if known else None

    def __init__(self, engine, models, distribution):
        import sqlalchemy

        self.sql, self.engine, self.models, self.distribution = sqlalchemy, engine, models, distribution
        self.trials, self.params, self.attributes, self.of_study, self.values, self.intermediate = (
            getattr(models, name).__table__ for name in self.COLUMNS
        )
        #: Distributions by label: as they are, and as they are stored.
        self.distributions = {}

    def create(self, study_id, point, leaves, attributes):
        """Identifier and number of a new trial that runs."""
        sql, trials = self.sql, self.trials
        with self.engine.begin() as connection:
            # The first row takes the lock of the file, so that nobody else has the number.
            row = {"study_id": study_id, "state": TrialState.RUNNING, "datetime_start": utc_now()}
            (trial_id,) = connection.execute(trials.insert().values(row)).inserted_primary_key
            earlier = (trials.c.study_id == study_id) & (trials.c.trial_id < trial_id)
            number = connection.execute(sql.select(sql.func.count()).select_from(trials).where(earlier)).scalar()
            connection.execute(trials.update().where(trials.c.trial_id == trial_id).values(number=number))
            params = [self.param(trial_id, leaf, point) for leaf in leaves if leaf["label"] in point]
            connection.execute(self.params.insert(), params)
            for key, value in attributes.items():
                self.set_attribute(connection, trial_id, key, value)
        return trial_id, number

    def param(self, trial_id, leaf, point):
        label = leaf["label"]
        if label not in self.distributions:
            made = self.distribution(leaf["domain"])
            self.distributions[label] = (made, optuna.distributions.distribution_to_json(made))
        made, text = self.distributions[label]
        return {"trial_id": trial_id, "param_name": label, "param_value": made.to_internal_repr(point[label]), "distribution_json": text}

    def asked(self, trial_id, attributes, study_id, of_study):
        """Attributes of a trial that a sampler of Optuna's made, and of its study."""
        with self.engine.begin() as connection:
            for key, value in attributes.items():
                self.set_attribute(connection, trial_id, key, value)
            for key, value in of_study.items():
                self.put(connection, self.of_study, {"study_id": study_id, "key": key}, {"value_json": json.dumps(value)})

    def note(self, trial_id, attributes, intermediate):
        """What is known of a trial before Optuna ends it, which its sampler may read."""
        with self.engine.begin() as connection:
            for key, value in attributes.items():
                self.set_attribute(connection, trial_id, key, value)
            if intermediate is not None:
                self.set_intermediate(connection, trial_id, *intermediate)

    def report(self, trial_id, step, value):
        with self.engine.begin() as connection:
            self.set_intermediate(connection, trial_id, step, value)

    def tell(self, trial_id, state, values, attributes, intermediate):
        trials = self.trials
        with self.engine.begin() as connection:
            running = (trials.c.trial_id == trial_id) & (trials.c.state == TrialState.RUNNING)
            ended = connection.execute(trials.update().where(running).values(state=state, datetime_complete=utc_now()))
            if ended.rowcount != 1:
                raise optuna.exceptions.UpdateFinishedTrialError(f"the trial {trial_id} must run")
            for key, value in attributes.items():
                self.set_attribute(connection, trial_id, key, value)
            for objective, value in enumerate(values or []):
                stored, kind = self.models.TrialValueModel.value_to_stored_repr(value)
                row = {"trial_id": trial_id, "objective": objective, "value": stored, "value_type": kind}
                connection.execute(self.values.insert().values(row))
            if intermediate is not None:
                self.set_intermediate(connection, trial_id, *intermediate)

    def set_attribute(self, connection, trial_id, key, value):
        self.put(connection, self.attributes, {"trial_id": trial_id, "key": key}, {"value_json": json.dumps(value)})

    def set_intermediate(self, connection, trial_id, step, value):
        stored, kind = self.models.TrialIntermediateValueModel.intermediate_value_to_stored_repr(value)
        place = {"trial_id": trial_id, "step": step}
        self.put(connection, self.intermediate, place, {"intermediate_value": stored, "intermediate_value_type": kind})

    def put(self, connection, table, place, row):
        """Changes the row of a place, or adds it."""
        from sqlalchemy.dialects.sqlite import insert

        connection.execute(insert(table).values({**place, **row}).on_conflict_do_update(index_elements=list(place), set_=row))


def utc_now():
    return datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
