# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import argparse
import sys

from odoo import SUPERUSER_ID
from odoo.api import Environment
from odoo.cli.command import Command
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.tools import config


class MarketplaceKeys(Command):
    """Keys of the encrypted bank and identity numbers: report, add, rotate"""

    name = 'marketplace_keys'
    epilog = """
        report  which keys there are, and how many values each has encrypted
        add     add a key to the key file; nothing uses it yet. Copy the file to your other
                servers, and to your backup, before you go on
        rotate  use the key added last, and encrypt all values of the database anew with it. May be
                interrupted and called again, and the server may run meanwhile
    """

    def run(self, args):
        options = self._parse(args)
        with Registry(options.db_name).cursor() as cr:
            env = Environment(cr, SUPERUSER_ID, {})
            try:
                sys.exit(getattr(self, f'_{options.action}')(env, options.key))
            except UserError as error:
                sys.exit(error.args[0])

    def _parse(self, args):
        parser = self.parser
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.add_argument('action', choices=('report', 'add', 'rotate'))
        parser.add_argument('-c', '--config', help="use a specific configuration file")
        parser.add_argument('-d', '--database', dest='db_name', help="name of the database")
        parser.add_argument('--key', help="name of the key to add, or to use")
        options = parser.parse_args(args)
        config_args = ['--no-http']
        if options.config:
            config_args += ['-c', options.config]
        if options.db_name:
            config_args += ['-d', options.db_name]
        config.parse_config(config_args, setup_logging=True)
        if len(config['db_name']) != 1:
            parser.error("Please name one database with -d.")
        options.db_name = config['db_name'][0]
        return options

    # The tools are imported late: `odoo help` loads this file without the addon.

    def _report(self, env, _key):
        from odoo.addons.marketplace_merchant.tools import key_rotation, secret

        self._say(f"Key in use: {secret.current_key(env)}")
        self._say(f"Keys in the file: {', '.join(secret.key_names(env))}")
        for column in key_rotation.secret_columns(env):
            for key_id, count in key_rotation.count_by_key(env, column).items():
                self._say(f"{column.model_name}.{column.field}: {count} with key {key_id}")
        return 0

    def _add(self, env, key):
        from odoo.addons.marketplace_merchant.tools import secret

        key = secret.add_key(env, key)
        self._say(
            f"Added the key {key}; it is not used yet. Copy the key file to your other servers and"
            " to your backup, then call “rotate”."
        )
        return 0

    def _rotate(self, env, key):
        from odoo.addons.marketplace_merchant.tools import key_rotation, secret

        self._say(f"Encrypting with key {secret.use_key(env, key)}")
        incomplete = 0
        for result in key_rotation.rotate(env, env.cr.commit):
            self._say(
                f"{result.column.model_name}.{result.column.field}: {result.rewritten} written"
                f" anew, {len(result.unreadable)} unreadable, {result.left} left"
            )
            incomplete += len(result.unreadable) + result.left
        if incomplete:
            self._say("Not everything is written with the new key: see the log, and call it again.")
        else:
            self._say(
                "Done. Keep the old keys in the file as long as you keep backups made before today."
            )
        return 1 if incomplete else 0

    def _say(self, text):
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
