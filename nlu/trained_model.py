"""A trained model, run by Rasa's own graph engine without TensorFlow in the process.

Loading a model through `rasa.core.agent.Agent` imports TensorFlow, even for a pipeline that doesn't use it, because
the archive's *train* schema and two nodes of its predict schema import Rasa's whole recipe. Here only the predict
schema is read, and those two nodes are left out: `NLUMessageConverter`, which brings Rasa's web channels, and
`RegexMessageHandler`, which would read a text that begins with `/` as an intent chosen by the sender.
"""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Sequence
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, NamedTuple

from rasa.engine.graph import ExecutionContext, GraphNode, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from tarsafe import TarSafe

from nlu.components.sentence_encoder import sentence_vector
from nlu.encoder import MODEL_FILE, Vectors, encoder_name
from nlu.predictions import RANKING_KEY, Ranking

UNZIPPED = "model.tar"
INPUT_NODE = "nlu_message_converter"
LEFT_OUT = (INPUT_NODE, "run_RegexMessageHandler")


class Read(NamedTuple):
    """A text's intents, best first, and its sentence vector."""

    ranking: Ranking
    vector: Vectors


class TrainedModel:
    """Rasa's predict graph, ready to run."""

    def __init__(self, nodes: list[tuple[GraphNode, str]], encoder: str) -> None:
        """Use `load`. `nodes` are in running order, each with the name of the node that feeds it."""
        self._nodes = nodes
        self.encoder = encoder
        """The name of what makes the vectors (nlu.encoder.encoder_name)."""

    @classmethod
    def load(cls, archive: Path, folder: Path) -> TrainedModel:
        """Unpack an archive that Rasa has packed into an empty folder, and load its components.

        Raises OSError, EOFError, ValueError, KeyError or tarfile.TarError where the archive is broken.
        """
        unzipped = folder / UNZIPPED
        # TarSafe reads an archive twice; to unzip it takes longer than all else.
        with gzip.open(archive) as zipped, unzipped.open("wb") as file:
            shutil.copyfileobj(zipped, file, 1 << 20)
        with TarSafe.open(unzipped) as tar:
            tar.extractall(folder)
        unzipped.unlink()
        metadata = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
        nodes = {name: node for name, node in metadata["predict_schema"]["nodes"].items() if name not in LEFT_OUT}
        schema = GraphSchema.from_dict({"nodes": nodes})
        storage, context = LocalModelStorage(folder / "components"), ExecutionContext(schema, metadata["model_id"])
        loaded = []
        for name in _running_order(nodes):
            node = schema.nodes[name]
            loaded.append((GraphNode.from_schema_node(name, node, storage, context), node.needs["messages"]))
        (encoder,) = folder.glob(f"components/*/{MODEL_FILE}")
        return cls(loaded, encoder_name(encoder.parent))

    def rank(self, text: str) -> Ranking:
        """Rasa's intent ranking for a text, best first. The text must not be empty."""
        return self.rank_all([text])[0]

    def rank_all(self, texts: Sequence[str]) -> list[Ranking]:
        """Rasa's intent ranking for each text, best first. None may be empty."""
        return [read.ranking for read in self.read_all(texts)]

    def read_all(self, texts: Sequence[str]) -> list[Read]:
        """What the model makes of each text. None may be empty."""
        outputs: dict[str, list[Message]] = {INPUT_NODE: [Message(data={TEXT: text}) for text in texts]}
        # Rasa's own runner hands the graph to dask at every call, which takes longer than our classifier does.
        for node, fed_by in self._nodes:
            name, outputs[name] = node((fed_by, outputs[fed_by]))
        return [_read(message) for message in outputs[name]]


def _read(message: Message) -> Read:
    return Read(message.get(RANKING_KEY), sentence_vector(message))


def _running_order(nodes: dict[str, Any]) -> list[str]:
    """The names of the nodes, each after what it needs. A node that needs more than messages isn't one of ours."""
    needs = {name: set(node["needs"].values()) for name, node in nodes.items()}
    return [name for name in TopologicalSorter(needs).static_order() if name in nodes]
