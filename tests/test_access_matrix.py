"""Who may do what: every model and every public method of ours, tried by every role.

What is expected stands in ``access_matrix.csv``. A new model or a new public method is a
difference like any other: the run fails until a line says who may use it. The run also writes what
it found, so that a change can be reviewed as a diff of that file.

Lines about records (``what`` is *records*) have one cell per role: ``r`` read, ``s`` found by a
search, ``x`` exported, ``w`` written, ``c`` created, ``d`` deleted. Before a slash stands what the
role may do with records of merchant A, behind it what with those of merchant B; without a slash it
is the same. ``fields`` names the fields that somebody may write at all, by whatever door: being
``readonly`` protects no field from a remote call.

Lines about methods have ``+`` where the role gets through, ``u`` where it is stopped by something
else than its rights (a state, a wrong value), ``-`` where it is refused. They are called on a
record of merchant A.

A question mark says that the world of ``access_world.py`` has no such record: add one. An
exclamation mark says that a call ended in a traceback: no line may have one.
"""

import csv
import inspect
import tempfile
import traceback
from pathlib import Path

import psycopg2
from access_world import OUTSIDE, ROLES, AccessWorld

from odoo import Command, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Date, Datetime
from odoo.service.model import call_kw, get_public_method
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

EXPECTED = Path(__file__).parent / "access_matrix.csv"
FOUND = Path(tempfile.gettempdir()) / "access_matrix_found.csv"
HEADER = ["model", "what", *ROLES, "fields"]
OURS = "marketplace_"
NOBODYS = "-"
NO_RECORD = "?"
FAULT = "!"
OUTSIDERS = ("anonymous", "owner_b")
CLERKS = ("catalogue_a", "orders_a", "finance_a", "service_a")
OPENING = ("action_open_", "action_view_")
# What the methods are called with, by the name of the parameter; nothing else fits better.
ARGUMENTS = {
    "body": "Hello",
    "carrier_name": "SF Express",
    "content": "aGVsbG8=",
    "description": "It is cracked",
    "file": {
        "filename": "goods.csv",
        "content": "U0tVLE5hbWUsUHJpY2UKTkVXLTIsUGxhdGUsMTIuNTAK",
    },
    "filename": "photo.jpg",
    "kind": "other",
    "note": "Too far away",
    "number": "12345",
    "price": 10.0,
    "quantities": {},
    "reason": "Because",
    "reference": "REF 1",
    "roles": ["orders"],
    "step": "company",
    "subject": "Cracked",
    "tracking_ref": "SF123",
    "values": {},
}
# Odoo calls these by their names, with records; a remote caller has none to send.
CALLBACKS = {("delivery.carrier", "marketplace_rate_shipment")}
NOISE = (
    "odoo.sql_db",
    "odoo.models.unlink",
    "odoo.addons.base.models.ir_model",
    "odoo.addons.base.models.ir_rule",
    "odoo.orm.models",
)


def read_expected():
    """Return the reviewed lines by model and what they are about."""
    with EXPECTED.open(newline="") as file:
        return {(line["model"], line["what"]): line for line in csv.DictReader(file)}


class Undo(Exception):
    """Raised to roll back what a permitted attempt has done."""


@tagged("post_install", "-at_install")
class TestAccessMatrix(AccessWorld):
    """The matrix as it is, against the matrix as it should be."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.build_world()

    def test_nothing_differs_from_the_reviewed_matrix(self):
        self.faults = set()
        found = self.found_lines()
        self.write(found)
        expected = read_expected()
        differences = [
            f"{' '.join(key)}: {self.difference(expected.get(key), found.get(key))}"
            for key in sorted(expected.keys() | found.keys())
            if expected.get(key) != found.get(key)
        ]
        self.assertFalse(
            differences,
            f"{len(differences)} lines differ; what was found is in {FOUND}\n"
            + "\n".join([*differences, *sorted(self.faults)]),
        )
        self.assertFalse(self.faults)

    def difference(self, expected, found):
        if not expected:
            return "not classified yet"
        if not found:
            return "classified, but does not exist"
        return ", ".join(
            f"{name} is {found[name]} instead of {expected[name]}"
            for name in HEADER
            if found[name] != expected[name]
        )

    def write(self, lines):
        with FOUND.open("w", newline="") as file:
            writer = csv.DictWriter(file, HEADER, lineterminator="\n")
            writer.writeheader()
            writer.writerows(lines[key] for key in sorted(lines))

    # === WHAT THERE IS === #

    def found_lines(self):
        lines = {}
        with mute_logger(*NOISE):
            for model in self.our_models():
                lines[model, "records"] = self.try_records(model)
            for model, method in self.our_methods():
                lines[model, method] = self.try_method(model, method)
        return {
            (model, what): {"model": model, "what": what, "fields": "", **cells}
            for (model, what), cells in lines.items()
        }

    def our_models(self):
        return sorted(
            name
            for name, model in self.registry.items()
            if model._original_module.startswith(OURS) and not model._abstract
        )

    def our_methods(self):
        """Return the public methods that our addons add, to their own models and to others'."""
        return sorted(
            (model, name)
            for model, cls in self.registry.items()
            if not cls._abstract
            for name in self.our_names(cls)
            if (model, name) not in CALLBACKS and self.is_public(model, name)
        )

    def our_names(self, cls):
        own, others = set(), set(dir(models.BaseModel))
        for base in cls.__mro__:
            ours = base.__module__.startswith(f"odoo.addons.{OURS}")
            names = {name for name, value in vars(base).items() if inspect.isroutine(value)}
            (own if ours else others).update(names)
        return {name for name in own - others if not name.startswith("_")}

    def is_public(self, model, name):
        try:
            return bool(get_public_method(self.env[model], name))
        except AccessError:
            return False

    def is_model_method(self, model, name):
        return getattr(getattr(self.registry[model], name, None), "_api_model", False)

    # === ATTEMPTS === #

    def outcome(self, call):
        """Return ``+`` done, ``-`` refused, ``u`` stopped by something else; undo what was done."""
        try:
            with self.env.cr.savepoint():
                call()
                self.env.flush_all()
                raise Undo
        except Undo:
            return "+"
        except AccessError:
            return NOBODYS
        except UserError:
            return "u"
        except Exception as error:
            self.faults.add(" ".join(traceback.format_exception(error)[-2:]))
            return FAULT

    def may(self, call):
        """Return whether a change of a record is refused neither by rights nor by a guard.

        What then runs into a constraint has passed them.
        """
        try:
            with self.env.cr.savepoint():
                call()
                self.env.flush_all()
                raise Undo
        except (Undo, ValidationError):
            return True
        except (UserError, psycopg2.errors.RestrictViolation):
            return False
        except psycopg2.IntegrityError:
            return True

    def call(self, records, method, *args, **kwargs):
        """Call a method as a remote caller does, who finds no cache warmed by another user."""
        self.env.invalidate_all()
        ids = [] if self.is_model_method(records._name, method) else [records.ids]
        kwargs["context"] = dict(records.env.context)
        return call_kw(records, method, [*ids, *args], kwargs)

    # === RECORDS === #

    def try_records(self, model):
        pair = self.records.get(model)
        if not pair:
            return dict.fromkeys(ROLES, NO_RECORD)
        fields = set()
        cells = {}
        for role, user in self.users.items():
            letters = [self.letters(record.with_user(user), fields) for record in pair]
            cells[role] = letters[0] if len(set(letters)) == 1 else "/".join(letters)
        return {**cells, "fields": " ".join(sorted(fields))}

    def letters(self, record, fields):
        """Return what the user of ``record`` may do with it; collect the fields it may write."""
        # A column that is open to whoever reads the table; a name may be made of other records.
        column = [
            next(
                name
                for name, field in record._fields.items()
                if field.store and field.exportable and not field.groups and name != "id"
            )
        ]
        attempts = {
            "r": lambda: self.outcome(lambda: self.call(record, "read", column)) == "+",
            "s": lambda: self.finds(record),
            "x": lambda: self.outcome(lambda: self.call(record, "export_data", column)) == "+",
            "w": lambda: self.writes(record, fields),
            "c": lambda: self.may(lambda: self.call(record, "create", self.copied(record))),
            "d": lambda: self.may(lambda: self.call(record, "unlink")),
        }
        return "".join(letter for letter, attempt in attempts.items() if attempt()) or NOBODYS

    def finds(self, record):
        found = []
        domain = [("id", "=", record.id)]
        record = record.with_context(active_test=False)
        self.outcome(lambda: found.extend(self.call(record, "search", domain)))
        return bool(found)

    def writes(self, record, fields):
        if not record.has_access("write"):
            return False
        written = {
            name
            for name, value in self.other_values(record.sudo()).items()
            if self.may(lambda name=name, value=value: self.call(record, "write", {name: value}))
        }
        fields |= written
        return bool(written)

    def other_values(self, record):
        """Return for each stored field a value that the record does not have."""
        values = {}
        for name, field in record._fields.items():
            if field.store and name not in models.MAGIC_COLUMNS:
                value = self.other_value(record, field)
                if value is not None:
                    values[name] = value
        return values

    def other_value(self, record, field):
        current = record[field.name]
        if field.type in ("char", "text", "html"):
            return f"{current or ''}x"
        if field.type in ("integer", "float", "monetary", "many2one_reference"):
            return (current or 0) + 1
        if field.type == "boolean":
            return not current
        if field.type == "date":
            return Date.add(current or Date.today(), days=1)
        if field.type == "datetime":
            return Datetime.add(current or Datetime.now(), days=1)
        if field.type == "selection":
            return next((v for v in field.get_values(self.env) if v != current), None)
        if field.type == "many2one":
            others = record.env[field.comodel_name].with_context(active_test=False)
            return others.search([("id", "!=", current.id)], limit=1).id or False
        if field.type in ("one2many", "many2many"):
            return [Command.clear()] if current else None
        return None

    def copied(self, record):
        return record.sudo().copy_data()[0]

    # === METHODS === #

    def try_method(self, model, method):
        if self.is_model_method(model, method):
            records = self.env[model]
        elif model in self.records:
            records = self.records[model][0]
        else:
            return dict.fromkeys(ROLES, NO_RECORD)
        arguments = self.arguments(model, method)
        return {
            role: self.outcome(
                lambda user=user: self.call(records.with_user(user), method, **arguments)
            )
            for role, user in self.users.items()
        }

    def arguments(self, model, method):
        """Return a value for each parameter that has none by itself, and the reason if any."""
        signature = inspect.signature(getattr(self.registry[model], method))
        return {
            parameter.name: ARGUMENTS.get(parameter.name)
            for parameter in list(signature.parameters.values())[1:]
            if (parameter.default is inspect.Parameter.empty or parameter.name == "reason")
            and parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        }


@tagged("post_install", "-at_install")
class TestReviewedMatrix(TransactionCase):
    """What no reviewer may let pass, whoever classified a line."""

    def test_nobody_outside_the_staff_changes_records_directly(self):
        for (model, what), line in read_expected().items():
            if what == "records":
                for role in OUTSIDE:
                    with self.subTest(model=model, role=role):
                        self.assertFalse(set(line[role]) & set("wcd"))

    def test_portal_methods_refuse_whoever_has_no_part_in_the_record(self):
        for (model, method), line in read_expected().items():
            if method.startswith("portal_") and not self.is_model_method(model, method):
                with self.subTest(model=model, method=method):
                    self.assertEqual([line[role] for role in OUTSIDERS], [NOBODYS] * 2)
                    refused = [role for role in CLERKS if line[role] == NOBODYS]
                    self.assertGreaterEqual(len(refused), 2)

    def is_model_method(self, model, name):
        return getattr(getattr(self.registry[model], name), "_api_model", False)

    def test_nobody_outside_the_staff_gets_through_a_button_of_the_staff(self):
        for (model, method), line in read_expected().items():
            # Those that open a screen only say which one; what it shows is up to the models.
            if method.startswith("action_") and not method.startswith(OPENING):
                for role in OUTSIDE:
                    with self.subTest(model=model, method=method, role=role):
                        self.assertNotEqual(line[role], "+")

    def test_the_auditor_changes_nothing(self):
        for (model, what), line in read_expected().items():
            if what == "records" and not self.env[model].is_transient():
                with self.subTest(model=model):
                    self.assertFalse(set(line["auditor"]) & set("wcd"))
