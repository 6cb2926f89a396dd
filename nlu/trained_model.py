"""A trained model, run by Rasa's own graph engine without TensorFlow in the process.

Loading a model through `rasa.core.agent.Agent` imports TensorFlow, even for a pipeline that doesn't use it, because
the archive's *train* schema and two nodes of its predict schema import Rasa's whole recipe. Here only the predict
schema is read, and those two nodes are left out: `NLUMessageConverter`, which brings Rasa's web channels, and
`RegexMessageHandler`, which would read a text that begins with `/` as an intent chosen by the sender.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.shared.nlu.constants import INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from tarsafe import TarSafe

INPUT_NODE = "nlu_message_converter"
LEFT_OUT = (INPUT_NODE, "run_RegexMessageHandler")


class TrainedModel:
    """Rasa's predict graph, ready to run."""

    def __init__(self, runner: DaskGraphRunner, target: str) -> None:
        """Use `load`."""
        self._runner = runner
        self._target = target

    @classmethod
    def load(cls, archive: Path, folder: Path) -> TrainedModel:
        """Unpack an archive that Rasa has packed into an empty folder, and load its components.

        Raises OSError, ValueError, KeyError or tarfile.TarError where the archive is broken.
        """
        with TarSafe.open(archive, "r:gz") as tar:
            tar.extractall(folder)
        metadata = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
        nodes = {name: node for name, node in metadata["predict_schema"]["nodes"].items() if name not in LEFT_OUT}
        schema = GraphSchema.from_dict({"nodes": nodes})
        runner = DaskGraphRunner.create(
            schema, LocalModelStorage(folder / "components"), ExecutionContext(schema, metadata["model_id"])
        )
        return cls(runner, _last_node(metadata["predict_schema"]["nodes"]))

    def rank(self, text: str) -> list[dict[str, Any]]:
        """Rasa's intent ranking for a text: `name`, `confidence` and `similarity` of each intent, best first."""
        messages = [Message(data={TEXT: text})]
        (message,) = self._runner.run(inputs={INPUT_NODE: messages}, targets=[self._target])[self._target]
        ranking: list[dict[str, Any]] = message.get(INTENT_RANKING_KEY)
        return ranking


def _last_node(nodes: dict[str, Any]) -> str:
    """The node that feeds the one left out at the end."""
    last: str = nodes[LEFT_OUT[1]]["needs"]["messages"]
    return last
