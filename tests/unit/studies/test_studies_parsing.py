"""A study says which key is wrong, and is refused before anything is computed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from alkanode.foundation.errors import AlkanodeError, StudyError
from alkanode.studies import Study, study_schema
from alkanode.studies.blocks import Impedance
from alkanode.studies.study import DATA_VARIABLE

Write = Callable[..., Path]
EXAMPLES = Path(__file__).resolve().parents[3] / "examples" / "studies"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"analises": {}}, "unknown key 'analises' (did you mean 'analyses'?)"),
        ({"analyses": {"striping": {}}}, "unknown key 'analyses.striping' (did you mean 'stripping'?)"),
        ({"analyses": {"stripping": {"cutoff": "1 V"}}}, "'analyses.stripping.cutoff' (did you mean 'cutoffs'?)"),
        ({"analyses": {"stripping": {"cutoffs": []}}}, "'analyses.stripping.cutoffs'"),
        ({"analyses": {"stripping": {"cutoffs": [1]}}}, "'analyses.stripping.cutoffs.0'"),
        ({"analyses": {"stripping": {"cutoffs": ["1"]}}}, "voltage needs a unit"),
        ({"analyses": {"stripping": {"cutoffs": ["1 V", "1 parsnip"]}}}, "'analyses.stripping.cutoffs.1'"),
        ({"analyses": {"stripping": {"cutoffs": ["-1 V"]}}}, "must be positive, not '-1 V'"),
        ({"analyses": {"stripping": {"half_cycle": -1}}}, "'analyses.stripping.half_cycle'"),
        ({"analyses": {"stripping": {"series_resistance": "0 ohm"}}}, "'analyses.stripping.series_resistance'"),
        ({"analyses": {"failures": {"electrolyte_resistance": "5 V"}}}, "another dimension in '5 V'"),
        ({"analyses": {"impedance": {"regularisation": 0}}}, "'analyses.impedance.regularisation'"),
        ({"analyses": {"impedance": {"frequency_range": ["1 Hz"]}}}, "'analyses.impedance.frequency_range"),
        ({"analyses": {"impedance": {"frequency_range": ["1 Hz", "9 V"]}}}, "'analyses.impedance.frequency_range.1'"),
        ({"analyses": {"phases": {"lowest_temperature": "50 wt%"}}}, "a composition is not a unit"),
        ({"analyses": None, "title": None}, "'title': Field required"),
        ({"title": ""}, "'title'"),
        ({"files": []}, "files need at least one entry"),
        ({"files": "ramp.bdf.csv"}, "'files'"),
        ({"files": ["nowhere.mpr"]}, "no file"),
        ({"time_zone": "Mars/Olympus"}, "'time_zone': must be an IANA name"),
        ({"cell": "nowhere.yaml"}, "nowhere.yaml"),
        ({"cell": {"anode": "Na", "aera": "1 cm2"}}, "unknown key 'aera'. Did you mean 'area'"),
        ({"cell": {"area": "1 cm2"}}, "needs 'anode'"),
        ({"cell": {"anode": 50}}, "found 50"),
        ({"cell": {"anode": "50"}}, "must carry its basis"),
        ({"cell": {"anode": "NaK"}}, "must carry its basis"),
        ({"cell": {"anode": "Na", "area": 1}}, "area needs its unit"),
        ({"cell": {"anode": "NaK50", "temperature": 25}}, "'25 degC'"),
        ({"truth": {"charge": {"value": 1, "quantity": "charge"}}}, "'part.name'"),
        ({"truth": {"a.b": {"value": "1 V", "quantity": "charge"}}}, "another dimension"),
        ({"truth": {"a.b": {"value": 1, "quantity": "luck"}}}, "'luck'"),
        ({"truth": {"a.b": {"value": 1, "quantity": "charge", "unit": "C"}}}, "unknown key 'truth.a.b.unit'"),
    ],
)
def test_a_mistake_names_its_key(study_file: Write, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(AlkanodeError) as caught:
        Study.from_yaml(study_file(**changes))
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "must be a mapping"),
        ("- a\n- b\n", "must be a mapping"),
        ("title: A\ntitle: B\n", "'title' twice"),
        ("title:\tA\n\tcell: B\n", "must be YAML"),
        ("a: !!python/object:os.system x\n", "must be YAML"),
        ("5: x\n", "must be a valid study"),
    ],
)
def test_a_file_that_is_no_study(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "study.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=says):
        Study.from_yaml(path)


def test_bytes_are_no_study(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(StudyError, match="no UTF-8"):
        Study.from_yaml(path)
    with pytest.raises(StudyError, match="readable text"):
        Study.from_yaml(tmp_path)


def test_the_data_folder_is_that_of_the_caller_then_the_study_then_the_environment(
    study_file: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "ramp.bdf.csv").write_bytes((tmp_path / "ramp.bdf.csv").read_bytes())
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path / "nowhere"))
    assert Study.from_yaml(study_file(), data=elsewhere).files == (elsewhere / "ramp.bdf.csv",)
    assert Study.from_yaml(study_file(data="elsewhere")).files[0].samefile(elsewhere / "ramp.bdf.csv")
    with pytest.raises(StudyError, match=DATA_VARIABLE):
        Study.from_yaml(study_file(data=None))
    monkeypatch.setenv(DATA_VARIABLE, str(elsewhere))
    assert Study.from_yaml(study_file(data=None)).files == (elsewhere / "ramp.bdf.csv",)


def test_options_of_a_command_are_checked_like_a_study() -> None:
    assert Impedance.of(regularisation=0.1).regularisation == 0.1
    with pytest.raises(StudyError, match="'drift_limit'"):
        Impedance.of(drift_limit=float("nan"))


def test_the_schema_is_one_and_the_examples_fit_it() -> None:
    schema = json.loads(json.dumps(study_schema()))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    files = sorted(EXAMPLES.glob("*.yaml"))
    assert len(files) >= 2
    for file in files:
        validator.validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    wrong = yaml.safe_load(files[0].read_text(encoding="utf-8")) | {"analises": {}}
    assert not validator.is_valid(wrong)
    del wrong["analises"], wrong["title"]
    assert not validator.is_valid(wrong)
