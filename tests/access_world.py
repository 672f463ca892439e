"""A small marketplace in which every kind of record exists for merchant A and for merchant B."""

import base64
import io

from PIL import Image

from odoo import Command
from odoo.fields import Date
from odoo.tests import new_test_user

from odoo.addons.marketplace_settlement.tests.money_common import MoneyCommon

STAFF = {
    "onboarding_officer": "marketplace_merchant.group_onboarding_officer",
    "merchant_manager": "marketplace_merchant.group_merchant_manager",
    "finance_officer": "marketplace_settlement.group_finance_officer",
    "finance_manager": "marketplace_settlement.group_finance_manager",
    "risk_officer": "marketplace_risk.group_risk_officer",
    "arbitrator": "marketplace_risk.group_arbitrator",
    "auditor": "marketplace_merchant.group_auditor",
    "administrator": "marketplace_merchant.group_administrator",
}
# Made-up numbers with right checksums
LICENCES = ("91110105MA01ABCD13", "91310115MA1K4BCD29")
# A's people are named after the one role that they have; the shopper buys from A only.
OUTSIDE = (
    "anonymous",
    "shopper",
    "owner_a",
    "catalogue_a",
    "orders_a",
    "finance_a",
    "service_a",
    "owner_b",
)
ROLES = (*OUTSIDE, *STAFF)


class AccessWorld(MoneyCommon):
    """Merchants A and B have applied, listed, sold, been complained about and been paid."""

    @classmethod
    def build_world(cls):
        """Fill ``users`` by role, and ``records`` with a record of A and one of B by model."""
        cls.records = {}
        cls.shoppers = cls.shopper, cls.stranger
        cls.merchants = cls.merchant_a, cls.merchant_b
        cls.owners = [m.member_ids.filtered("role_owner").user_id for m in cls.merchants]
        cls.users = {**cls._outsiders(), **cls._staff_users()}
        for step in (
            cls._keep_merchants,
            cls._ask_services,
            cls._apply,
            cls._list_goods,
            cls._import_goods,
            cls._pay_deposits,
            cls._sell,
            cls._keep_other_money,
            cls._connect,
            cls._ask_merchants,
            cls._review_tiers,
            cls._care,
            cls._keep_accounts,
            cls._keep_rules,
            cls._keep_wizards,
        ):
            step()
        cls.env.invalidate_all()

    # === PEOPLE === #

    @classmethod
    def _outsiders(cls):
        return {
            "anonymous": cls.env.ref("base.public_user"),
            "shopper": cls.shopper,
            "owner_a": cls.owners[0],
            "catalogue_a": cls.catalogue_a,
            "orders_a": cls.clerk_a,
            "finance_a": cls.finance_a,
            "service_a": cls._member(cls.merchant_a, "service"),
            "owner_b": cls.owners[1],
        }

    @classmethod
    def _staff_users(cls):
        return {
            role: new_test_user(
                cls.env, f"access_{role}", groups=f"{group},base.group_allow_export"
            )
            for role, group in STAFF.items()
        }

    # === RECORDS === #

    @classmethod
    def _keep(cls, of_a, of_b=None):
        """Have these records tried; what belongs to no merchant stands for both."""
        assert of_a, f"There is no {of_a._name} to try."
        pair = [cls.env[of_a._name].browse((record or of_a)[:1].id) for record in (of_a, of_b)]
        cls.records[of_a._name] = pair

    @classmethod
    def _keep_owned(cls, model, domain=()):
        """Have the last record of each merchant tried."""
        cls._keep(*(
            cls.env[model].search(
                [("merchant_id", "=", merchant.id), *domain], order="id desc", limit=1
            )
            for merchant in cls.merchants
        ))

    @classmethod
    def _keep_any(cls, *model_names):
        for name in model_names:
            cls._keep(cls.env[name].with_context(active_test=False).search([], limit=1))

    @classmethod
    def _keep_merchants(cls):
        cls._keep(*cls.merchants)
        for merchant, number in zip(cls.merchants, LICENCES, strict=True):
            merchant.licence_number = number
        cls._keep(*(m.member_ids.filtered("role_owner") for m in cls.merchants))
        cls._keep(*(
            cls.env["marketplace.shop"].create(
                {"merchant_id": merchant.id, "name": merchant.name, "slug": merchant.code.lower()}
            )
            for merchant in cls.merchants
        ))
        tier = cls.env.ref("marketplace_merchant.tier_core")
        # A person looks at all their listings, so that changes of them wait.
        tier.listing_sampling_rate = 100
        cls._keep(*(
            cls.env["marketplace.tier.change"].create(
                {"merchant_id": merchant.id, "new_tier_id": tier.id, "reason": "Grown"}
            )
            for merchant in cls.merchants
        ))
        cls._keep_owned("marketplace.bank.account")
        cls._keep_owned("marketplace.freight.template")

    @classmethod
    def _ask_services(cls):
        """Applications are checked by a service outside as well."""
        cls._keep(cls.env["marketplace.verification.service"].create({
            "name": "Credit agency",
            "check_code": "reputation",
            "url": "https://credit.example.com/verify",
            "token": "secret",
        }))

    @classmethod
    def _apply(cls):
        """Each owner applies for one more shop; an officer starts to look at it."""
        applications = [cls._application(owner) for owner in cls.owners]
        cls._keep(*applications)
        cls._keep(*(
            application.check_ids.filtered("qualification_id") for application in applications
        ))
        cls._keep(*(application.qualification_ids for application in applications))
        cls._keep(*(application.agreement_acceptance_ids for application in applications))
        requests = cls.env["marketplace.verification.request"]
        cls._keep(*(
            requests.search([("application_id", "=", application.id)], limit=1)
            for application in applications
        ))

    @classmethod
    def _application(cls, owner):
        application = cls.env["marketplace.merchant.application"].with_user(owner).portal_start()
        for step, values in cls._typed(owner).items():
            application.portal_save(step, values)
        licence = cls.env.ref("marketplace_merchant.qualification_type_business_licence")
        application.portal_upload(licence.id, "licence.png", cls._picture(), "L-1")
        agreement = cls.env["marketplace.agreement"]._in_force("service")
        application.portal_accept_agreement(agreement.id)
        application.portal_submit()
        application.with_user(cls.users["onboarding_officer"]).action_start_review()
        return application.with_env(cls.env)

    @classmethod
    def _typed(cls, owner):
        number = cls.owners.index(owner)
        return {
            "company": {
                "company_name": f"Applicant {number}",
                "entity_type": "company",
                "licence_number": LICENCES[number],
                "legal_representative": "Li Na",
                "country_id": str(cls.env.ref("base.cn").id),
                "street": "1 Silk Road",
                "city": "Hangzhou",
                "zip": "310000",
            },
            "contact": {
                "contact_name": "Wang Fang",
                "phone": f"+86 138 0013 800{number}",
                "email": f"applicant{number}@example.com",
            },
            "shop": {
                "shop_name": f"Shop of applicant {number}",
                "shop_description": "Silk",
                "category_ids": [str(cls.env.ref("marketplace_merchant.category_fashion").id)],
            },
        }

    @classmethod
    def _picture(cls):
        output = io.BytesIO()
        Image.new("RGB", (8, 8), "red").save(output, "PNG")
        return base64.b64encode(output.getvalue()).decode()

    @classmethod
    def _list_goods(cls):
        """Each merchant's goods are on sale, and a change of them waits for approval."""
        officer = cls.users["onboarding_officer"]
        changes = []
        for product, owner in zip((cls.bowl, cls.vase), cls.owners, strict=True):
            listing = product.product_tmpl_id.with_user(owner)
            listing.sudo()._move_to("in_review")
            listing.with_user(officer).action_approve_listing()
            changes.append(listing.portal_update_listing({"name": f"{product.name}, glazed"}))
        cls._keep(*changes)
        cls._keep(cls.bowl.product_tmpl_id, cls.vase.product_tmpl_id)
        cls._keep(cls.bowl, cls.vase)

    @classmethod
    def _import_goods(cls):
        """Each merchant has sent a sheet with new goods, which it has not started yet."""
        sheet = base64.b64encode(b"SKU,Name,Price\nNEW-1,Plate,12.50\n").decode()
        imports = [
            merchant.with_user(owner).portal_import_listings(
                {"filename": "goods.csv", "content": sheet}
            )
            for merchant, owner in zip(cls.merchants, cls.owners, strict=True)
        ]
        cls._keep(*imports)
        cls._keep(*(record.sudo().row_ids for record in imports))

    @classmethod
    def _pay_deposits(cls):
        for merchant in cls.merchants:
            transaction = cls._transaction(
                100.0, merchant.partner_id, deposit_merchant_id=merchant.id
            )
            transaction._set_done()
            transaction._post_process()
        cls._keep(transaction)
        cls._keep_owned("marketplace.deposit.movement")

    @classmethod
    def _sell(cls):
        """Each merchant sells twice to its own shopper: an order is settled, one argued about."""
        goods = cls.bowl, cls.vase
        for merchant, shopper, product in zip(cls.merchants, cls.shoppers, goods, strict=True):
            cls.shopper = shopper
            cls._complete(cls._paid({product: 1}))
            cls._statement(merchant)
            cls._argue(cls._paid({product: 1}))
        cls.shopper = cls.shoppers[0]
        batch = cls._pay_out()
        cls._keep(batch)
        for name in ("marketplace.statement", "marketplace.payout", "marketplace.wallet"):
            cls._keep_owned(name)
        cls._keep_owned("marketplace.balance.entry", [("state", "=", "pending")])
        cls._keep_parts()

    @classmethod
    def _keep_other_money(cls):
        """Each merchant contests, owes, is charged and adjusted, and its deposit is too small."""
        officer, manager = cls.users["finance_officer"], cls.users["finance_manager"]
        tier = cls.merchant_a.tier_id
        tier.deposit_amount = 0.0
        sides = zip(cls.merchants, cls.shoppers, (cls.bowl, cls.vase), cls.owners, strict=True)
        for merchant, shopper, product, owner in sides:
            cls.shopper = shopper
            order = cls._paid({product: 1})
            cls._complete(order)
            statement = cls.env["marketplace.statement"]._generate(Date.today(), merchant)
            statement.with_user(officer).action_send()
            sale = statement.entry_ids.filtered(lambda entry: entry.kind == "sale")
            statement.with_user(owner).portal_contest(sale.id, {"amount": 1, "reason": "Less"})
            for name, values in {
                "adjustment": {
                    "merchant_id": merchant.id, "amount": 5.0, "reason_code": "goodwill",
                    "reason": "Late",
                },
                "advance": {
                    "order_id": order.marketplace_order_ids.id, "amount": 1.0, "reason": "Broken",
                },
                "deposit.refund": {
                    "merchant_id": merchant.id, "amount": 1.0, "reason": "Too much",
                },
            }.items():  # fmt: skip
                cls.env[f"marketplace.{name}"].with_user(officer).create(values)
            penalty = cls.env["marketplace.balance.entry"]._book(
                merchant, "penalty", -50.0, "A case", merchant
            )
            cls.env["marketplace.debt.recovery"].with_user(officer).create({
                "kind": "write_off", "entry_id": penalty.id, "amount": 1.0, "reason": "Bankrupt",
            })
        cls.shopper = cls.shoppers[0]
        tier.deposit_amount = 1000.0
        cls._charge_fees(manager)
        cls.env["marketplace.deposit.requirement"]._cron_deposits()
        for name in (
            "adjustment", "advance", "cash.forecast", "debt", "debt.recovery", "deposit.account",
            "deposit.demand", "deposit.refund", "deposit.requirement", "parcel", "service.charge",
            "statement.contest",
        ):  # fmt: skip
            cls._keep_owned(f"marketplace.{name}")
        cls._keep(*(parcel.line_ids for parcel in cls.records["marketplace.parcel"]))

    @classmethod
    def _charge_fees(cls, manager):
        fee = cls.env["marketplace.service.fee"].with_user(manager).create({
            "name": "Shop window", "kind": "subscription", "interval": "month", "amount": 5.0,
            "date_start": Date.today(),
            "merchant_ids": [Command.set([merchant.id for merchant in cls.merchants])],
        })  # fmt: skip
        fee.action_activate()
        fee.sudo()._charge_and_book(Date.today())
        cls._keep(fee)

    @classmethod
    def _connect(cls):
        """Banks and e-invoice services are connected, and rules have been published."""
        manager = cls.users["finance_manager"]
        reserve = cls.env["marketplace.reserve.rule"].with_user(manager)
        cls._keep(reserve.create({"percent": 5, "days": 30}))
        currency = cls.env.company.currency_id.id
        draft = cls.env["marketplace.commission.rule"].with_user(manager).create({
            "percent": 5.0,
            "bracket_ids": [Command.create({"amount_from": 1e6, "percent": 4.0})],
            "amount_ids": [Command.create({"currency_id": currency, "minimum": 1.0})],
        })
        cls._keep(draft.bracket_ids)
        cls._keep(draft.amount_ids)
        cls._keep(*(
            cls.env["marketplace.commission.notice"].create(
                {"merchant_id": merchant.id, "kind": "begins"}
            )
            for merchant in cls.merchants
        ))
        channel = cls.env["marketplace.payout.channel"].with_user(manager).create({
            "name": "Bank", "kind": "file_csv", "journal_id": cls.bank_journal.id,
        })  # fmt: skip
        cls._keep(channel)
        cls._keep(cls.env["marketplace.payout.event"].create({
            "channel_id": channel.id, "event": "1", "status": "paid",
            "payout_id": cls.records["marketplace.payout"][0].id,
        }))
        services = cls.env["marketplace.invoice.channel"].with_user(manager).create(
            {"name": "Invoices", "url": "https://invoices.example.com"}
        )
        cls._keep(services)
        cls._keep(cls.env["marketplace.invoice.handover"].create({
            "channel_id": services.id,
            "move_id": cls.records["marketplace.statement"][0].fee_move_id.id,
        }))
        cls.env["marketplace.statement"].with_user(cls.users["finance_officer"]).action_generate()
        cls.env["marketplace.heartbeat"]._start_watching()
        zones = cls.env["marketplace.freight.zone"]
        cls._keep(*(
            zones.create({"template_id": template.id, "name": "Islands"})
            for template in cls.records["marketplace.freight.template"]
        ))
        cls._keep(*(
            cls.env["marketplace.statement.reversal"].create({
                "statement_id": statement.id, "reason": "Wrong", "requested_by_id": manager.id,
            })
            for statement in cls.records["marketplace.statement"]
        ))  # fmt: skip
        cls._keep_any(
            "marketplace.heartbeat", "marketplace.retention.report", "marketplace.return.reason",
            "marketplace.statement.run",
        )  # fmt: skip
        cls._keep(cls.env["marketplace.return.policy"].create({"categ_id": cls.category.id}))

    @classmethod
    def _argue(cls, sale_order):
        """Let the shopper ask for a return, complain, and have an arbitrator plan a remedy."""
        part = sale_order.marketplace_order_ids
        clerk = part.merchant_id.member_ids.filtered("role_orders").user_id[:1]
        part.with_user(clerk).portal_accept()
        part.with_user(clerk).portal_ship("SF Express", "SF123")
        part = part.with_user(cls.shopper)
        line = part.sudo().line_ids.filtered(lambda line: not line.is_delivery)
        part.portal_request_return("refund_only", "Broken", {line.id: 1})
        complaint = part.portal_complain("quality", "Broken", "It arrived broken")
        complaint.with_user(clerk).portal_reply("It was whole")
        complaint.portal_escalate()
        arbitrator = cls.users["arbitrator"]
        complaint.with_user(arbitrator).action_take()
        complaint.with_user(arbitrator).remedy_ids = [Command.create({"amount": 5.0})]

    @classmethod
    def _keep_parts(cls):
        cls._keep_owned("marketplace.order")
        cls._keep_owned("marketplace.return")
        cls._keep_owned("marketplace.hold")
        cls._keep_owned("marketplace.complaint")
        cls._keep(*(record.line_ids for record in cls.records["marketplace.return"]))
        complaints = cls.records["marketplace.complaint"]
        cls._keep(*(complaint.message_line_ids for complaint in complaints))
        cls._keep(*(complaint.remedy_ids for complaint in complaints))
        parts = cls.records["marketplace.order"]
        cls._keep(*(part.sale_order_id for part in parts))

    @classmethod
    def _ask_merchants(cls):
        """Each merchant has answered one of two questions, and is to confirm its data."""
        due = Date.add(Date.today(), days=30)
        questions = cls.env["marketplace.requirement"].create([
            {
                "name": name, "kind": "question", "capability": "advertise",
                "answer_type": "text", "needs_decision": True, "due_date": due,
            }
            for name in ("How do you advertise?", "Where do you advertise?")
        ])  # fmt: skip
        questions._refresh()
        for merchant, owner in zip(cls.merchants, cls.owners, strict=True):
            merchant.with_user(owner).portal_answer(questions[0].id, {"answer": "By mail"})
        cls._keep_owned("marketplace.requirement.submission")
        cls._keep_owned("marketplace.requirement.due", [("requirement_id", "=", questions[1].id)])
        campaigns = cls.env["marketplace.reverification"].with_user(cls.users["merchant_manager"])
        campaigns.create({"name": "This year"}).action_start()
        cls._keep_owned("marketplace.reverification.line")
        # One that has not started: of the other, nothing can be written.
        cls._keep(campaigns.create({"name": "Next year"}))

    @classmethod
    def _review_tiers(cls):
        """Both merchants are pinned to their tier, and stand in a review."""
        manager = cls.users["merchant_manager"]
        cls._keep(*(
            cls.env["marketplace.tier.pin"].with_user(manager).create({
                "merchant_id": merchant.id,
                "tier_id": merchant.tier_id.id,
                "reason": "Promised",
                "until": Date.add(Date.today(), days=30),
            })
            for merchant in cls.merchants
        ))  # fmt: skip
        cls.env["marketplace.tier.run"].with_user(manager).action_open_current()
        run = cls.env["marketplace.tier.run"]._open_run(cls.company)
        cls._keep(run)
        cls._keep_owned("marketplace.tier.run.line")

    @classmethod
    def _care(cls):
        """Each merchant is insured, closes its shop for a while, and has begun to leave."""
        today = Date.today()
        reason = cls.env.ref("marketplace_merchant.exit_reason_other")
        for merchant, owner in zip(cls.merchants, cls.owners, strict=True):
            merchant.with_user(owner).portal_upload_insurance({
                "insurer": "PICC",
                "number": "P-1",
                "cover": "10000",
                "valid_from": str(today),
                "valid_until": str(Date.add(today, years=1)),
                "file": {"filename": "policy.png", "content": cls._picture()},
            })
            merchant.with_user(owner).portal_close_shop({
                "date_from": str(Date.add(today, days=10)),
                "date_to": str(Date.add(today, days=12)),
                "note": "On holiday",
            })
            # Only the exit: a merchant that is leaving could do nothing of what is tried.
            merchant._open_exit("voluntary", reason, "Too far away")
        for name in ("insurance.policy", "closure", "exit"):
            cls._keep_owned(f"marketplace.{name}")
        cls._keep(*(leaving.release_ids for leaving in cls.records["marketplace.exit"]))
        # As long as something is wrong with goods, they are off sale.
        for merchant, product in zip(cls.merchants, (cls.bowl, cls.vase), strict=True):
            cls.env["marketplace.listing.block"]._block(
                product.product_tmpl_id, merchant.insurance_policy_ids, "No insurance"
            )
        cls._keep_owned("marketplace.listing.block")

    @classmethod
    def _keep_accounts(cls):
        log = cls.env["marketplace.audit.log"]
        cls._keep(log.search([("res_id", "=", cls.merchant_a.id)], limit=1))
        cls._keep(cls.env["marketplace.audit.verification"].create({}))
        cls._keep(cls.env["marketplace.blacklist"].create(
            {"kind": "email", "value": "banned@example.com", "reason": "Fraud"}
        ))
        cls._keep(cls.rule)
        cls._keep(cls.carrier)

    @classmethod
    def _keep_rules(cls):
        cls._keep(cls.env["marketplace.brand"].create({"name": "Brand of the test"}))
        cls._keep(cls.env["marketplace.listing.policy"].create(
            {"category_id": cls.category.id}
        ))
        agreement = cls.env["marketplace.agreement"]._in_force("service")
        # One that merchants accept, and one that only the staff knows of.
        cls._keep(agreement, agreement.copy())
        cls._keep(cls.env.ref("marketplace_merchant.home_card_applications_new"))
        cls._keep_any(
            "marketplace.exit.reason",
            "marketplace.exit.stage",
            "marketplace.forbidden.group",
            "marketplace.forbidden.term",
            "marketplace.listing.reason",
            "marketplace.qualification.type",
            "marketplace.requirement",
            "marketplace.tier",
            "marketplace.tier.test",
        )

    @classmethod
    def _keep_reports(cls):
        today = {"date_from": Date.subtract(Date.today(), days=1), "date_to": Date.today()}
        quarter = {"year": Date.today().year, "quarter": str((Date.today().month + 2) // 3)}
        for name, values in {
            "cutoff": {"date": Date.today()}, "trade.report": today, "income.report": quarter,
        }.items():  # fmt: skip
            report = cls.env[f"marketplace.{name}"].create(values)
            report.action_show()
            cls._keep(report)
            cls._keep(report.line_ids)
        simulation = cls.env["marketplace.commission.simulation"].create({
            "rule_ids": [Command.set(cls.records["marketplace.commission.bracket"][0].rule_id.ids)]
        })
        simulation.action_run()
        cls._keep(simulation)
        cls._keep(simulation.line_ids)

    @classmethod
    def _keep_wizards(cls):
        """Wizards that staff has open; nobody sees those of another."""
        check = cls.env["marketplace.reconciliation"].create({})
        cls._keep(check)
        cls._keep(cls.env["marketplace.reconciliation.line"].create(
            {
                "reconciliation_id": check.id, "model_name": "marketplace.merchant", "res_ids": [],
                "invariant": "wallet", "state": "broken",
            }  # fmt: skip
        ))
        requirement = cls.records["marketplace.requirement.due"][0].requirement_id
        cls._keep_reports()
        for name, values in {
            "assign.wizard": {"reviewer_id": cls.users["onboarding_officer"].id},
            "deposit.receipt": {
                "merchant_id": cls.merchant_a.id, "amount": 1.0, "reference": "BANK 1",
                "journal_id": cls.bank_journal.id,
            },
            "invoice.export": {},
            "audit.export": {"reason": "Asked for by the court"},
            "handover.wizard": {
                "merchant_ids": [Command.set(cls.merchant_a.ids)],
                "manager_id": cls.users["merchant_manager"].id,
            },
            "requirement.change": {
                "name": "Question", "kind": "question", "capability": "advertise",
                "reason": "A new law",
            },
            "requirement.waiver": {
                "merchant_id": cls.merchant_a.id, "requirement_id": requirement.id,
                "reason": "A test",
            },
            "word.trial": {"text": "The best"},
        }.items():  # fmt: skip
            cls._keep(cls.env[f"marketplace.{name}"].create(values))
        wizard = cls.env["marketplace.reason.wizard"].create({"reason": "Because"})
        cls.records[wizard._name] = [
            wizard.with_context(
                active_model=cls.merchant_a._name,
                active_ids=cls.merchant_a.ids,
                marketplace_action="action_suspend",
            )
        ] * 2
        wizard = cls.env["marketplace.listing.reason.wizard"].create(
            {"listing_reason_id": cls.records["marketplace.listing.reason"][0].id}
        )
        cls.records[wizard._name] = [
            wizard.with_context(
                active_model="product.template",
                active_ids=cls.bowl.product_tmpl_id.ids,
                marketplace_action="action_take_down",
            )
        ] * 2
