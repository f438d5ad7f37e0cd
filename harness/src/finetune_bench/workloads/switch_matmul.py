"""`switch-matmul`: three square products on the accelerator, then three on the processor, each fed by the other."""

from dataclasses import dataclass
from pathlib import Path

from finetune_bench.backends import BACKENDS, Backend
from finetune_bench.canonical import sha256_of
from finetune_bench.hyperparameters import Hyperparameter
from finetune_bench.order import Order
from finetune_bench.store import made_once, say
from finetune_bench.structure import to_json
from finetune_bench.tasks import Task
from finetune_bench.workloads.base import MLX, STRICT, TORCH, Cost, Values, Work, Workload

NAME = "switch-matmul"
GENERATOR = "numpy-pcg64-uniform-1"
MATRICES = ("a", "b", "c")
CHECK_SIZE = 256
CHECK_ITERATIONS = 3

HYPERPARAMETERS = (
    Hyperparameter(name="n", type="int", help="rows and columns of the matrices", tiny=512, real=10_000, minimum=2),
    Hyperparameter(name="iterations", type="int", help="iterations, each six products", tiny=23, real=50, minimum=1),
    Hyperparameter(name="seed", type="int", help="seed of the matrices", tiny=0, real=0, minimum=0),
)


@dataclass(frozen=True, kw_only=True)
class Check:
    """The same iterations at a small size, against float64: relative error of the sum of a, largest error in a."""

    n: int
    iterations: int
    tolerance: float
    sha256: str


@dataclass(frozen=True, kw_only=True)
class MatmulWork:
    """The work of this workload.

    One half iteration is a, b, c ← ab, bc, ca (all three of the old values), each column divided by its largest
    element. An iteration is one half on the accelerator and one on the processor.
    """

    workload: str
    preset: str
    size: str
    n: int
    steps: int
    generator: str
    seed: int
    sha256: str
    products: tuple[str, ...]
    precision: str
    check: Check


def make_work(preset: str, size: str, values: Values, cache: Path) -> Work:
    sha256, file = _matrices(values["n"], values["seed"], cache)
    check_sha256, check_file = _matrices(CHECK_SIZE, values["seed"], cache)
    work = MatmulWork(
        workload=NAME,
        preset=preset,
        size=size,
        n=values["n"],
        steps=values["iterations"],
        generator=GENERATOR,
        seed=values["seed"],
        sha256=sha256,
        products=("ab", "bc", "ca"),
        precision="float32",
        check=Check(n=CHECK_SIZE, iterations=CHECK_ITERATIONS, tolerance=1e-3, sha256=check_sha256),
    )
    return Work(work=to_json(work), files={"matrices": file, "check": check_file})


def _matrices(n: int, seed: int, cache: Path) -> tuple[str, str]:
    """Three matrices of values in [0, 1)."""
    from finetune_bench.weights import Uniform, generator, write_random_tensors

    name = f"matrices-{sha256_of([GENERATOR, n, seed])[:16]}.safetensors"
    say(f"matrices: {name} (3 × {n} × {n})")
    tensors = {matrix: Uniform((n, n), half_width=0.5, centre=0.5) for matrix in MATRICES}
    facts = made_once(
        cache / name,
        lambda path: {"sha256": write_random_tensors(path, tensors, generator(seed, "matrices"))},
    )
    return str(facts["sha256"]), name


def half_flop(n: int) -> float:
    """Arithmetic of three products; the division by column maxima is not counted."""
    return 3 * 2.0 * n**3


def cost(_size: str, values: Values) -> Cost:
    n = values["n"]
    return Cost(
        steps=values["iterations"],
        step_flop=2 * half_flop(n),
        processor_flop=half_flop(n),
        other_flop=CHECK_ITERATIONS * 2 * half_flop(CHECK_SIZE),
        disk_bytes=3 * 4 * (n**2 + CHECK_SIZE**2),
        memory_bytes=2 * 3 * 4 * n**2,  # old and new values of the three
        products=True,
    )


def open_task(order: Order, backend: Backend, cache: Path) -> Task:
    from finetune_bench.workloads.matmul_task import open_matmul_task

    return open_matmul_task(order, backend, cache)


WORKLOAD = Workload(
    name=NAME,
    summary="Six square float32 products an iteration, half on the accelerator and half on the processor",
    presets={"strict": STRICT},
    backends=dict.fromkeys(BACKENDS, ("tiny", "real")),
    hyperparameters=HYPERPARAMETERS,
    make_work=make_work,
    cost=cost,
    packages={"torch": TORCH, "mlx": MLX},
    open_task=open_task,
)
