# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.


def leave_out_background_blur(env):
    """Let tours of the back office run without a library that only video calls need.

    Debian's package of Odoo names it without having it; the browser's complaint about that would
    end every tour.
    """
    env['ir.asset'].create({
        'name': "No background blur",
        'bundle': 'web.assets_backend',
        'directive': 'remove',
        'path': 'mail/static/lib/selfie_segmentation/selfie_segmentation.js',
    })
