"""Fills a database with as many records as a big marketplace has, in seconds.

One record of each kind is made through the models; PostgreSQL then copies its row. So each copy has
every column that the models would fill, without the hours that making them one by one takes.
"""

from datetime import timedelta

from odoo.fields import Command, Date, Datetime
from odoo.tools import SQL

DOCUMENTS_EACH = 4
LISTINGS_EACH = 20
ORDERS_EACH = 10


def fill(env, count):
    """Have ``count`` merchants with documents, goods and orders, and half as many applications.

    :return: the ids of the merchants, and of the documents that their goods need
    """
    first = Prototype(env)
    partners = copies(env, first.merchant.partner_id, count, {
        "name": "'Maker ' || n", "complete_name": "'Maker ' || n",
    })  # fmt: skip
    merchants = copies(env, first.merchant, count, {
        "partner_id": pick(partners), "name": "'Maker ' || n", "code": "'B' || n",
        "licence_number": "'BENCH' || n", "licence_hash": "md5(n::text)",
        "manager_id": None,
    })  # fmt: skip
    link_categories(env, first, merchants)
    copies(env, first.merchant.shop_id, count, {
        "merchant_id": pick(merchants), "name": "'Shop ' || n", "slug": "'shop-' || n",
    })  # fmt: skip
    documents = copies(env, first.document, count * DOCUMENTS_EACH, {
        "merchant_id": spread(merchants),
        # One of each merchant is what its goods need.
        "type_id": f"CASE WHEN n <= {count} THEN {first.permit_type.id}"
                   f" ELSE {first.other_type.id} END",
    })  # fmt: skip
    templates = copies(env, first.listing, count * LISTINGS_EACH, {
        "merchant_id": spread(merchants), "default_code": "'SKU-' || n",
    })  # fmt: skip
    copies(env, first.listing.product_variant_id, count * LISTINGS_EACH, {
        "product_tmpl_id": pick(templates), "default_code": "'SKU-' || n",
    })  # fmt: skip
    copies(env, first.application, count // 2, {
        "name": "'BENCH/' || n", "company_name": "'Applicant ' || n",
        "date_review_due": "now() - (mod(n, 96) - 48) * interval '1 hour'",
        "deadline": "now() - (mod(n, 96) - 48) * interval '1 hour'",
        "applicant_id": pick(applicants(env, count // 2)),
    })  # fmt: skip
    sales = copies(env, first.order.sale_order_id, count * ORDERS_EACH, {"name": "'SB' || n"})
    copies(env, first.order, count * ORDERS_EACH, {
        "merchant_id": spread(merchants), "sale_order_id": pick(sales), "name": "'MB' || n",
        # One merchant in ten sells enough to rise.
        "amount_total": "CASE WHEN mod(n, 10) = 0 THEN 15000 ELSE mod(n * 7919, 8000) END",
    })  # fmt: skip
    env.cr.execute("ANALYZE")
    env.cr.commit()
    env.invalidate_all()
    return merchants, documents[:count]


class Prototype:
    """One merchant of each kind of record, made through the models."""

    def __init__(self, env):
        self.category = env.ref("marketplace_merchant.category_food")
        self.permit_type = env.ref("marketplace_merchant.qualification_type_food")
        self.other_type = env.ref("marketplace_merchant.qualification_type_brand")
        self.merchant = env["marketplace.merchant"].create({
            "partner_id": env["res.partner"].create({"name": "Maker", "is_company": True}).id,
            "tier_id": env["marketplace.tier"].search([], limit=1).id,
            "category_ids": [Command.set(self.category.ids)],
            "date_approved": Date.today() - timedelta(days=400),
        })  # fmt: skip
        env["marketplace.shop"].create({
            "merchant_id": self.merchant.id, "name": "Shop", "slug": "shop",
        })  # fmt: skip
        self.merchant._move_to("active", system=True)
        self.document = env["marketplace.qualification"].create({
            "merchant_id": self.merchant.id, "type_id": self.permit_type.id,
            "valid_until": Date.today() + timedelta(days=300),
        })  # fmt: skip
        self.document._move_to("pending", system=True)._move_to("valid", system=True)
        self.listing = env["product.template"].create({
            "merchant_id": self.merchant.id, "name": "Cup", "list_price": 10.0,
            "categ_id": self.category.id, "type": "consu", "purchase_ok": False,
        })  # fmt: skip
        self.application = env["marketplace.merchant.application"].create({
            "company_name": "Applicant", "shop_name": "Shop", "date_submitted": Datetime.now(),
        })  # fmt: skip
        self.order = env["marketplace.order"].create({
            "name": "MB",
            "merchant_id": self.merchant.id,
            "sale_order_id": env["sale.order"].create(
                {"partner_id": env["res.partner"].create({"name": "Shopper"}).id}
            ).id,
        })  # fmt: skip
        env.flush_all()
        env.cr.execute("UPDATE marketplace_order SET state = 'completed', date_completed = now(),"
                       " deadline = NULL WHERE id = %s", [self.order.id])
        env.cr.execute("UPDATE product_template SET listing_state = 'live', is_sellable = true,"
                       " sale_ok = true WHERE id = %s", [self.listing.id])
        env.cr.execute("UPDATE marketplace_merchant_application SET state = 'submitted'"
                       " WHERE id = %s", [self.application.id])
        env.invalidate_all()


def copies(env, record, count, values):
    """Copy the row of ``record`` so many times and return the ids.

    :param dict values: column → SQL expression over the number ``n`` of the copy, from 1
    """
    env.flush_all()
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_name = %s AND column_name != 'id' AND is_generated = 'NEVER'",
        [record._table],
    )
    columns = [row[0] for row in env.cr.fetchall()]
    expressions = [
        SQL(values[column] or "NULL") if column in values
        else SQL("model.%s", SQL.identifier(column))
        for column in columns
    ]
    rows = env.execute_query(SQL(
        "INSERT INTO %s (%s) SELECT %s FROM %s AS model, generate_series(1, %s) AS n"
        " WHERE model.id = %s RETURNING id",
        SQL.identifier(record._table), SQL(", ").join(map(SQL.identifier, columns)),
        SQL(", ").join(expressions), SQL.identifier(record._table), count, record.id,
    ))  # fmt: skip
    return [row[0] for row in rows]


def pick(ids):
    """The expression for the n-th of ``ids``."""
    return f"(ARRAY[{','.join(map(str, ids))}])[n]"


def spread(ids):
    """The expression for the next of ``ids``, over and over."""
    return f"(ARRAY[{','.join(map(str, ids))}])[mod(n - 1, {len(ids)}) + 1]"


def link_categories(env, first, merchants):
    field = first.merchant._fields["category_ids"]
    env.cr.execute(SQL(
        "INSERT INTO %s (%s, %s) SELECT unnest(%s), %s",
        SQL.identifier(field.relation), SQL.identifier(field.column1),
        SQL.identifier(field.column2), merchants, first.category.id,
    ))  # fmt: skip


def applicants(env, count):
    """Return the ids of so many portal users, who apply."""
    model = env["res.users"].create({
        "name": "Applicant", "login": "bench", "group_ids": [env.ref("base.group_portal").id],
    })  # fmt: skip
    return copies(env, model, count, {"login": "'bench' || n"})
