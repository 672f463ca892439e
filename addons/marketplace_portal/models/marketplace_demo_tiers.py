# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command

# A young marketplace sells less than the thresholds that the addon brings, and has had bad luck
# with complaints: by tier and figure, what it takes to enter and to stay.
THRESHOLDS = {
    ('growth', 'sales_12m'): (500, 300),
    ('core', 'sales_12m'): (1800, 1500),
    ('core', 'complaint_rate'): (25, 30),
    ('strategic', 'sales_12m'): (10000, 8000),
    ('strategic', 'complaint_rate'): (15, 20),
}


class MarketplaceDemo(models.AbstractModel):
    _inherit = 'marketplace.demo'

    # === CHAPTERS: TIERS === #

    @api.model
    def _tell_tiers(self):
        """The manager sets thresholds, keeps one merchant in its tier, and previews a review.

        Whoever opens it sees who would rise and who would drop; applying it is left to them.
        """
        manager = self._user('manager')
        for data in self._story()['merchants']:
            merchant = self._merchant(data['key']).sudo()
            merchant.tier_since = merchant.date_activated
        for (code, metric), (entry, stay) in THRESHOLDS.items():
            tier = self.env['marketplace.tier'].with_user(manager).search([('code', '=', code)])
            tests = tier.test_ids.filtered(lambda test, metric=metric: test.metric == metric)
            tier.test_ids = [
                Command.update(test.id, {'threshold': entry if test.purpose == 'entry' else stay})
                for test in tests
            ]
        spark = self._merchant('spark')
        self.env['marketplace.tier.pin'].with_user(manager).create({
            'merchant_id': spark.id,
            'tier_id': spark.tier_id.id,
            'until': fields.Date.today() + timedelta(days=180),
            'reason': "Signed for the marketplace's opening year · 开业首年签约商户",
        })
        self.env['marketplace.tier.run'].with_user(manager).action_open_current()
