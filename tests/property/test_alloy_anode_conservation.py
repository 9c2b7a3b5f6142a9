"""Whatever is done to the cell, sodium, potassium, volume and charge balance."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from alkanode.cell_models import AlloyAnodeOptions, load_parameters, simulate
from alkanode.data import Cell

WU = load_parameters("Wu2025")

currents = st.floats(0.02, 2.0)
steps = st.one_of(
    st.builds(
        lambda i, q: f"Strip at {i:.4f} mA cm-2 for {q:.4f} mAh cm-2 or until 1 V", currents, st.floats(0.05, 6.0)
    ),
    st.builds(
        lambda i, q: f"Plate at {i:.4f} mA cm-2 for {q:.4f} mAh cm-2 or until 1 V", currents, st.floats(0.05, 6.0)
    ),
    st.builds(lambda t: f"Rest for {t:.1f} min", st.floats(0.1, 600.0)),
    st.builds(
        lambda v, r: f"Sweep at {r:.2f} mV s-1 from 0 V to {v:.3f} V to {-v:.3f} V for 1 cycle",
        st.floats(0.05, 1.0),
        st.floats(1.0, 50.0),
    ),
)
physics = st.builds(
    AlloyAnodeOptions,
    transport=st.sampled_from(["effective diffusion", "effective diffusion", "film drainage"]),
    precipitation=st.sampled_from(["equilibrium", "equilibrium", "nucleation"]),
    counter=st.sampled_from(["sodium metal", "alloy"]),
    cells=st.just(24),
)


@settings(max_examples=25)
@given(
    alloy=st.sampled_from(["NaK50", "NaK65", "NaK80"]),
    protocol=st.lists(steps, min_size=1, max_size=6),
    options=physics,
    transport=st.floats(-13, -11),
    uptake=st.sampled_from([0.0, 0.0, 0.7]),
)
def test_everything_balances(
    alloy: str, protocol: list[str], options: AlloyAnodeOptions, transport: float, uptake: float
) -> None:
    parameters = WU.replace({"Sodium transport coefficient [m2.s-1]": 10**transport, "Carbon uptake extent": uptake})
    run = simulate("alloy-anode", Cell(anode=alloy), protocol, parameters, options=options)
    assert "solver_failure" not in run["events"]["name"].values
    errors = dict(
        zip(run["balances"]["balance"].values.tolist(), run["balances"]["largest_relative_error"].values, strict=True)
    )
    assert max(errors.values()) < 1e-8, errors
    states = run["states"]
    assert float(states["void_volume_fraction"].min()) > 0
    assert float(states["sodium_content"].min()) > -1
    shares = run["interface"]["contact_share"].values
    assert ((shares >= 0) & (shares <= 1 + 1e-9)).all()
    assert (np.diff(run["cycling"]["time"].values) >= 0).all()
