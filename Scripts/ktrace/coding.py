"""Checksums, compression, numbers and text."""
import ctypes
import struct

WORD = (1 << 64) - 1


class Unreadable(Exception):
    """The bytes are not what the format asks for."""


def _crc_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


_CRC = _crc_table()


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value = _CRC[(value ^ byte) & 255] ^ value >> 8
    return value ^ 0xFFFFFFFF


class Zstd:
    """The few calls of libzstd that are needed."""

    _library = None

    @classmethod
    def library(cls):
        if cls._library is None:
            library = ctypes.CDLL("libzstd.so.1")
            for name in ("ZSTD_compress", "ZSTD_decompress", "ZSTD_compressBound"):
                getattr(library, name).restype = ctypes.c_size_t
            library.ZSTD_compress.argtypes = [
                ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int]
            library.ZSTD_decompress.argtypes = [
                ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]
            library.ZSTD_compressBound.argtypes = [ctypes.c_size_t]
            library.ZSTD_isError.argtypes = [ctypes.c_size_t]
            cls._library = library
        return cls._library

    @classmethod
    def compress(cls, data, level=19):
        library = cls.library()
        room = library.ZSTD_compressBound(len(data))
        target = ctypes.create_string_buffer(room)
        size = library.ZSTD_compress(target, room, bytes(data), len(data), level)
        if library.ZSTD_isError(size):
            raise Unreadable("zstd cannot compress")
        return target.raw[:size]

    @classmethod
    def decompress(cls, frame, length):
        library = cls.library()
        target = ctypes.create_string_buffer(max(length, 1))
        size = library.ZSTD_decompress(target, length, bytes(frame), len(frame))
        if library.ZSTD_isError(size) or size != length:
            raise Unreadable("a frame does not decompress to its length")
        return target.raw[:length]


# Numbers and text.

def signed(word):
    word &= WORD
    return word - (1 << 64) if word >> 63 else word


def zigzag(number):
    number = signed(number)
    return 2 * number if number >= 0 else -2 * number - 1


def unzigzag(number):
    return number >> 1 if number & 1 == 0 else -(number + 1 >> 1)


def varint(number):
    result = bytearray()
    while number >= 128:
        result.append(number & 127 | 128)
        number >>= 7
    result.append(number)
    return bytes(result)


def svarint(number):
    return varint(zigzag(number))


def text(string):
    data = string.encode()
    return varint(len(data)) + data


class Cursor:
    """Reads from front to back."""

    def __init__(self, data, position=0):
        self.data, self.position = data, position

    def take(self, count):
        if self.position + count > len(self.data):
            raise Unreadable(f"needs {count} bytes at {self.position} of {len(self.data)}")
        self.position += count
        return self.data[self.position - count:self.position]

    def unpack(self, form):
        values = struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))
        return values[0] if len(values) == 1 else values

    def varint(self):
        number = shift = 0
        while True:
            byte = self.take(1)[0]
            number |= (byte & 127) << shift
            if byte < 128:
                if (byte == 0 and shift > 0) or number > WORD:
                    raise Unreadable("a varint is not the shortest of 64 bits")
                return number
            shift += 7

    def svarint(self):
        return unzigzag(self.varint())

    def text(self):
        return bytes(self.take(self.varint())).decode()

    def end(self):
        if self.position != len(self.data):
            raise Unreadable(f"{len(self.data) - self.position} bytes too many")
