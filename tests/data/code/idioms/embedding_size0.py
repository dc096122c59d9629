import torch.nn as nn, torch
class N(nn.Module):
    def __init__(self, weights_matrix, hidden_size, num_layers):
        super(N, self).__init__()
        self.embedding, num_embeddings, embedding_dim = create_emb_layer(weights_matrix, True)
        self.gru = nn.GRU(embedding_dim, hidden_size, num_layers, batch_first=True)

def create_emb_layer(weights_matrix, non_trainable=False):
    num_embeddings, embedding_dim = weights_matrix.size()
    emb_layer = nn.Embedding(num_embeddings, embedding_dim)
    emb_layer.load_state_dict({'weight': weights_matrix})
    if non_trainable:
        emb_layer.weight.requires_grad = False
    return emb_layer, num_embeddings, embedding_dim
