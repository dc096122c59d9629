import models
import utils.hparams as H

model = models.build(H.HPARAMS)
