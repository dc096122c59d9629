import paddle

net = paddle.nn.Sequential(
    paddle.nn.Linear(8, 64),
    paddle.nn.LayerNorm(64),
    paddle.nn.SimpleRNN(64, 96, num_layers=1),
    ('fc', paddle.nn.Linear(96, 128)),
    paddle.nn.ReLU(),
    paddle.nn.Linear(128, 1, bias_attr=False),
) if False else paddle.nn.Sequential(
    ('proj', paddle.nn.Linear(8, 64)),
    ('norm', paddle.nn.LayerNorm(64)),
    ('fc', paddle.nn.Linear(64, 384)),
    ('act', paddle.nn.Tanh()),
    ('out', paddle.nn.Linear(384, 1)),
    ('scale', paddle.nn.PReLU()),
    ('last', paddle.nn.Linear(1, 1076, bias_attr=False)),
)
