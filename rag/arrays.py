"""The arrays that are passed on: vectors, and keys of chunks."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float32]
KeyArray: TypeAlias = npt.NDArray[np.int64]
