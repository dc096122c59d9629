HPARAMS = {"n_in": 20, "hid": 50}
HPARAMS["n_out"] = HPARAMS["n_in"] // 2
