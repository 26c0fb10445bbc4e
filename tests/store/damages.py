"""What can become of a file."""

from collections.abc import Callable

Damage = Callable[[bytes], bytes]


def flip(at: float) -> Damage:
    def damage(data: bytes) -> bytes:
        place = min(int(len(data) * at), len(data) - 1)
        return data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :]

    return damage


DAMAGES: dict[str, Damage] = {
    "truncated": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
    "zeroed": lambda data: bytes(len(data)),
    "page zeroed": lambda data: data[:4096] + bytes(4096) + data[8192:],
    "foreign": lambda data: b"not ours\n" * 1000,
    "longer": lambda data: data + b"x",
    **{f"flipped at {at:.2f}": flip(at) for at in (0, 0.13, 0.29, 0.5, 0.71, 0.83, 0.999)},
}
