"""`nlu.worker` with a model that can't bear two words: the process dies of one, and hangs over the other."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

from nlu import trained_model, worker
from nlu.trained_model import Read, TrainedModel

DEADLY, ENDLESS = "deadly", "endless"


class TouchyModel(TrainedModel):
    """A trained model that doesn't live to rank everything."""

    def read_all(self, texts: Sequence[str]) -> list[Read]:
        """As a trained model does, if it comes to that."""
        if DEADLY in texts:
            os._exit(1)
        if ENDLESS in texts:
            time.sleep(3600)
        return super().read_all(texts)


if __name__ == "__main__":
    trained_model.TrainedModel = TouchyModel
    worker.main()
