import torch
import torch.nn as nn
import gym

S_DIM = env.observation_space.shape[0]
A_DIM = env.action_space.n


def mlp(sizes, activation=nn.Tanh, output_activation=nn.Identity):
    layers = []
    for j in range(len(sizes) - 1):
        act = activation if j < len(sizes) - 2 else output_activation
        layers += [nn.Linear(sizes[j], sizes[j + 1]), act()]
    return nn.Sequential(*layers)


class Policy(nn.Module):
    def __init__(self, s_dim, a_dim, hidden=[64, 64], rnn=32):
        super().__init__()
        self.enc = mlp([s_dim] + list(hidden))
        self.rnn = nn.GRU(hidden[-1], rnn)
        self.pi = mlp([rnn, a_dim])
        self.v = mlp([rnn] + hidden[:1] + [1])
        self.log_std = nn.Parameter(-0.5 * torch.ones(a_dim))


model = Policy(S_DIM, A_DIM)
