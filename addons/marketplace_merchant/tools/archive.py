# Part of Marketplace Suite. See LICENSE file for full copyright and licensing details.

import io
import zipfile
import zlib
from pathlib import PurePosixPath

from odoo.exceptions import UserError

MEGABYTE = 1024 * 1024
ENCRYPTED = 0x1
UTF8_NAME = 0x800
# What computers add to an archive by themselves
JUNK_FOLDER = '__MACOSX'
JUNK_FILES = {'thumbs.db', 'desktop.ini'}
# How files begin that people take for sheets, pictures or ZIP files, above all if renamed
FILE_TYPES = {
    b'%PDF': "PDF",
    b'PK': "ZIP",
    b'Rar!': "RAR",
    b'7z\xbc\xaf': "7z",
    b'\xd0\xcf\x11\xe0': "XLS, DOC",
    b'\xff\xd8\xff': "JPG",
    b'\x89PNG': "PNG",
    b'GIF8': "GIF",
    b'RIFF': "WebP",
    b'<svg': "SVG",
}
READ_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)


def open_archive(env, filename, content, max_files, max_bytes):
    """Open a ZIP file from outside, once its table of contents is known to be harmless.

    :param str filename: as given by the sender, for the messages
    :param bytes content: the file
    :param int max_files: how many files it may contain
    :param int max_bytes: how many bytes they may be when they are unpacked
    :rtype: zipfile.ZipFile
    :raise UserError: if it is damaged, protected, too big, or has paths that lead outside
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except READ_ERRORS as error:
        kind = file_type(content)
        if kind not in (None, "ZIP"):
            raise UserError(env._(
                "“%(file)s” is a file of the type %(type)s, whatever its name says. Please pack"
                " the pictures as a ZIP file.", file=filename, type=kind,
            )) from error
        raise UserError(env._("“%s” is not a ZIP file, or it is damaged.", filename)) from error
    entries = archive.infolist()
    if len(entries) > max_files or sum(entry.file_size for entry in entries) > max_bytes:
        raise UserError(env._(
            "“%(file)s” holds too much: at most %(count)s files, together %(size)s MB unpacked.",
            file=filename, count=max_files, size=max_bytes // MEGABYTE,
        ))
    for entry in entries:
        if entry.flag_bits & ENCRYPTED:
            raise UserError(env._(
                "“%s” is protected by a password. Please pack it without one.", filename,
            ))
        path = PurePosixPath(entry.filename.replace('\\', '/'))
        if path.is_absolute() or '..' in path.parts or ':' in entry.filename:
            raise UserError(env._(
                "“%(file)s” contains the path “%(path)s”, which leads out of it. Please pack the"
                " files anew.", file=filename, path=entry.filename,
            ))
    return archive


def file_type(content):
    """Return how people call this kind of file; None if we don't know it."""
    return next((kind for start, kind in FILE_TYPES.items() if content.startswith(start)), None)


def read_entry(env, archive, entry, max_bytes):
    """Unpack one file.

    :raise UserError: if it is damaged, or bigger than ``max_bytes``, whatever its header says
    """
    try:
        with archive.open(entry) as file:
            content = file.read(max_bytes + 1)
    except READ_ERRORS as error:
        raise UserError(env._(
            "“%s” is damaged in the archive. Please pack it again.", entry_name(entry),
        )) from error
    if len(content) > max_bytes:
        raise UserError(env._(
            "“%(file)s” is larger than %(limit)s MB. Please upload a smaller file.",
            file=entry_name(entry), limit=max_bytes // MEGABYTE,
        ))
    return content


def entry_name(entry):
    """Return the name of a file in an archive, without its folder.

    Chinese computers write names in GBK without saying so; Python then reads them as cp437.
    """
    name = entry.filename
    if not entry.flag_bits & UTF8_NAME:
        raw = name.encode('cp437', 'replace')
        for encoding in ('utf-8', 'gb18030'):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace('\\', '/').rpartition('/')[2]


def is_junk(entry):
    """Whether a file was added by the computer, not by the person who packed the archive."""
    name = entry_name(entry)
    return (
        entry.is_dir()
        or entry.filename.startswith(JUNK_FOLDER)
        or name.startswith('.')
        or name.lower() in JUNK_FILES
    )


class PictureArchive:
    """The pictures that a merchant sends along with a sheet, found by their names.

    :param env: gives the language
    :param str filename: as given by the sender
    :param bytes content: the ZIP file, may be empty
    :raise UserError: if the archive can't be accepted
    """

    EXTENSIONS = ('.jpg', '.jpeg', '.png')
    MAX_FILES = 20_000
    MAX_BYTES = 1024 * MEGABYTE
    MAX_PICTURE_BYTES = 5 * MEGABYTE

    def __init__(self, env, filename, content):
        self.env = env
        self.entries = {}
        self.found = set()
        self.archive = content and open_archive(
            env, filename, content, self.MAX_FILES, self.MAX_BYTES
        )
        for entry in self.archive.infolist() if content else ():
            if not is_junk(entry):
                self.entries.setdefault(entry_name(entry).casefold(), []).append(entry)

    def find(self, sku, name):
        """Return the picture of a row: the one that it names, else the one named by its SKU.

        :return: an entry for :meth:`unpack`; None if the row has no picture
        :raise UserError: if the picture that the row names can't be taken
        """
        if name:
            entries = self.entries.get(name.casefold())
            if not entries:
                raise UserError(self.env._(
                    "The archive has no picture “%s”. Please add it, or empty the cell.", name,
                ))
        else:
            entries = [
                entry
                for extension in self.EXTENSIONS
                for entry in self.entries.get((sku + extension).casefold(), ())
            ]
        return self._check(entries) if entries else None

    def unpack(self, entry):
        """Return a picture as the form of a listing would send it, in bytes.

        :raise UserError: if it can't be unpacked, or is no picture
        """
        content = read_entry(self.env, self.archive, entry, self.MAX_PICTURE_BYTES)
        if file_type(content) not in ("JPG", "PNG"):
            raise UserError(self.env._(
                "“%s” in the archive is not a picture, whatever its name says. Please save it as"
                " JPG or PNG and pack it again.", entry_name(entry),
            ))
        return content

    def unused(self):
        """Return the names of the files that no row has asked for so far."""
        return [
            entry_name(entry)
            for entries in self.entries.values() for entry in entries
            if entry.filename not in self.found
        ]

    def _check(self, entries):
        name = entry_name(entries[0])
        self.found.update(entry.filename for entry in entries)
        if len(entries) > 1:
            raise UserError(self.env._(
                "The archive has several pictures for this row: %s. Please keep one.",
                ", ".join(sorted(entry.filename for entry in entries)),
            ))
        if not name.lower().endswith(self.EXTENSIONS):
            raise UserError(self.env._(
                "“%s” in the archive is not a picture (JPG or PNG). Please name a picture, or"
                " empty the cell.", name,
            ))
        if entries[0].file_size > self.MAX_PICTURE_BYTES:
            raise UserError(self.env._(
                "“%(file)s” is larger than %(limit)s MB. Please upload a smaller file.",
                file=name, limit=self.MAX_PICTURE_BYTES // MEGABYTE,
            ))
        return entries[0]
