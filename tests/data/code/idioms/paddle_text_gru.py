import paddle
from paddle.nn import Embedding, Linear, GRU, Dropout, Layer

vocab_size, emb_size, hidden = 5148, 100, 128


class SentimentClassifier(Layer):
    def __init__(self, hidden_size, vocab_size, embedding_size, class_num=2, num_steps=128, num_layers=1, init_scale=0.1, dropout_rate=None):
        super(SentimentClassifier, self).__init__()
        self.embedding = Embedding(num_embeddings=vocab_size, embedding_dim=embedding_size, sparse=False,
                                   weight_attr=paddle.ParamAttr(initializer=paddle.nn.initializer.Uniform(low=-init_scale, high=init_scale)))
        self.gru = GRU(input_size=embedding_size, hidden_size=hidden_size, num_layers=num_layers, direction="forward")
        self.dropout = Dropout(dropout_rate) if dropout_rate else None
        self.cls_fc = Linear(in_features=hidden_size, out_features=class_num, bias_attr=False)
        self.bias = self.create_parameter(shape=[class_num], is_bias=True)


paddle.set_device('cpu')
model = SentimentClassifier(hidden, vocab_size, emb_size)
