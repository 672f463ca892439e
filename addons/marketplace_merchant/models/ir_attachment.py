# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import base64
import binascii
import io
import re
import unicodedata
import zipfile
import zlib

from PIL import Image

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.image import image_fix_orientation

MEGABYTE = 1024 * 1024
FILE_MAX_BYTES = 5 * MEGABYTE
IMAGE_MAX_PIXELS = 40_000_000
IMAGE_MODES = {'JPEG': ('RGB', 'L'), 'PNG': ('RGB', 'RGBA', 'L', 'LA', 'P', '1')}
JPEG_QUALITY = 90
PDF_MAX_INFLATED_BYTES = 20 * MEGABYTE
NAME_MAX_LENGTH = 100

# First bytes of a file → (mimetype, extension)
MAGIC = {
    b'\xff\xd8\xff': ('image/jpeg', '.jpg'),
    b'\x89PNG\r\n\x1a\n': ('image/png', '.png'),
    b'%PDF-': ('application/pdf', '.pdf'),
}

PDF_ESCAPE = re.compile(rb'#([0-9a-fA-F]{2})')
PDF_STREAM = re.compile(rb'stream\r?\n(.*?)endstream', re.DOTALL)
PDF_STREAM_END = b'endstream'
PDF_ACTIVE = re.compile(rb'/(JavaScript|Launch|Rendition|JS)(?![A-Za-z0-9])')
# Two letters also turn up by chance in compressed data, a long word doesn't.
PDF_ACTIVE_LONG = re.compile(rb'/(JavaScript|Launch|Rendition)(?![A-Za-z0-9])')
# A web page inside a PDF: some programs would show it as one.
PDF_MARKUP = re.compile(rb'<\s*(html|head|body|script|iframe|svg)\b', re.IGNORECASE)


class IrAttachment(models.Model):
    _inherit = 'ir.attachment'

    # === BUSINESS METHODS === #

    @api.model
    def _marketplace_check_upload(self, filename, content):
        """Same as :meth:`_marketplace_check_file`, for content that arrives in base64."""
        try:
            # Four characters carry three bytes: refuse before decoding what is too big anyway.
            if len(content or '') > FILE_MAX_BYTES * 4 / 3 + MEGABYTE:
                raise self._marketplace_file_too_big(filename)
            content = base64.b64decode(content or '', validate=True)
        except (binascii.Error, TypeError, ValueError) as error:
            raise UserError(self.env._(
                "The file “%s” arrived damaged. Please upload it again.", filename,
            )) from error
        return self._marketplace_check_file(filename, content)

    @api.model
    def _marketplace_check_file(self, filename, content):
        """Accept a photo or a PDF from outside, made harmless.

        What counts is the content, not the name or the type that the sender claims. Pictures are
        drawn anew: this removes where they were taken and whatever hides behind the pixels.

        :param str filename: as given by the sender
        :param bytes content: the file
        :return: safe name, harmless content, mimetype
        :rtype: tuple[str, bytes, str]
        :raise UserError: if the file is empty, too big, of another type, or not harmless
        """
        if not content:
            raise UserError(self.env._("The file “%s” is empty.", filename))
        if len(content) > FILE_MAX_BYTES:
            raise self._marketplace_file_too_big(filename)
        mimetype, extension = next(
            (kind for magic, kind in MAGIC.items() if content.startswith(magic)), (None, None)
        )
        if not mimetype:
            raise UserError(self.env._(
                "“%s” is neither a picture (JPG, PNG) nor a PDF. Please upload one of these.",
                filename,
            ))
        if mimetype == 'application/pdf':
            self._marketplace_check_pdf(filename, content)
        else:
            content = self._marketplace_redraw_image(filename, content)
        return safe_name(filename, extension), content, mimetype

    @api.model
    def _marketplace_redraw_image(self, filename, content):
        try:
            image = Image.open(io.BytesIO(content), formats=list(IMAGE_MODES))
            if image.width * image.height > IMAGE_MAX_PIXELS:
                raise self._marketplace_image_too_large(filename)
            return _redraw(image)
        except Image.DecompressionBombError as error:
            raise self._marketplace_image_too_large(filename) from error
        except (OSError, SyntaxError, ValueError, EOFError, zlib.error) as error:
            raise UserError(self.env._(
                "The picture “%s” is damaged and can't be opened. Please save it again and upload"
                " the new file.", filename,
            )) from error

    @api.model
    def _marketplace_check_pdf(self, filename, content):
        if b'/Encrypt' in _unescape(content):
            raise UserError(self.env._(
                "The PDF “%s” is protected by a password. Please upload it without protection.",
                filename,
            ))
        if _is_polyglot(content):
            raise UserError(self.env._(
                "“%s” is a PDF and another kind of file at once. Please print it to a new PDF, or"
                " upload a scan.", filename,
            ))
        if _has_active_content(content):
            raise UserError(self.env._(
                "The PDF “%s” contains scripts or programs. Please print it to a new PDF, or"
                " upload a scan.", filename,
            ))

    # === ERROR MESSAGES === #

    def _marketplace_file_too_big(self, filename):
        return UserError(self.env._(
            "“%(file)s” is larger than %(limit)s MB. Please upload a smaller file.",
            file=filename, limit=FILE_MAX_BYTES // MEGABYTE,
        ))

    def _marketplace_image_too_large(self, filename):
        return UserError(self.env._(
            "The picture “%(file)s” has more than %(limit)s megapixels. Please reduce it.",
            file=filename, limit=IMAGE_MAX_PIXELS // 1_000_000,
        ))


# === FILE HELPERS === #

def shown_name(filename):
    """Return the name of a file as its sender knows it, made harmless, for a message."""
    return safe_name(f'{filename or ""}.', '')


def safe_name(filename, extension):
    """Keep a name that people recognise, without paths, control or direction characters."""
    name = unicodedata.normalize('NFKC', str(filename or '')).replace('\\', '/')
    name = name.rpartition('/')[2].rpartition('.')[0] or name.rpartition('/')[2]
    name = ''.join(char for char in name if unicodedata.category(char)[0] != 'C')
    name = re.sub(r'[<>:"|?*]+', '_', name).strip(' .')[:NAME_MAX_LENGTH]
    return (name or 'file') + extension


def _redraw(image):
    """Encode the pixels, and nothing else of the file, in the same format."""
    file_format = image.format
    image = image_fix_orientation(image)
    if image.mode not in IMAGE_MODES[file_format]:
        image = image.convert('RGB')
    image.info = {key: value for key, value in image.info.items() if key == 'transparency'}
    output = io.BytesIO()
    image.save(output, format=file_format, quality=JPEG_QUALITY)
    return output.getvalue()


def _unescape(content):
    """Write PDF names plainly: ``/J#53`` is another spelling of ``/JS``."""
    return PDF_ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), content)


def _pdf_streams(content):
    """Yield the matches of the streams of a PDF.

    Nothing is looked for behind the last end of one: a file full of beginnings would make the
    pattern search its whole rest for each of them.
    """
    return PDF_STREAM.finditer(content, 0, content.rfind(PDF_STREAM_END) + len(PDF_STREAM_END))


def _is_polyglot(content):
    """Whether a PDF is an archive, a program in one, or a web page as well."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        return True
    position, rest = 0, []
    for stream in _pdf_streams(content):
        rest.append(content[position:stream.start()])
        position = stream.end()
    return bool(PDF_MARKUP.search(b''.join([*rest, content[position:]])))


def _has_active_content(content):
    """Whether a PDF can run something when it is opened, or can't be looked into."""
    if PDF_ACTIVE_LONG.search(_unescape(content)):
        return True
    position, budget = 0, PDF_MAX_INFLATED_BYTES
    for stream in _pdf_streams(content):
        head = _unescape(content[position:stream.start()])
        position = stream.end()
        if PDF_ACTIVE.search(head):
            return True
        if b'/ObjStm' in head:
            inflated = _inflate(stream[1], budget)
            if inflated is None or PDF_ACTIVE.search(_unescape(inflated)):
                return True
            budget -= len(inflated)
    return bool(PDF_ACTIVE.search(_unescape(content[position:])))


def _inflate(body, limit):
    """Return a compressed stream of objects; None if it is larger, or can't be looked into."""
    inflater = zlib.decompressobj()
    try:
        inflated = inflater.decompress(body, max(limit, 1))  # 0 would be no limit
    except zlib.error:
        return None
    return None if inflater.unconsumed_tail else inflated
