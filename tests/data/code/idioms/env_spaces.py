import gym, torch, torch.nn as nn
env = gym.make("CartPole-v1")
class Actor(nn.Module):
    def __init__(self, obs, act, hid=32):
        super().__init__()
        self.f1 = nn.Linear(obs, 64)
        self.lstm = nn.LSTM(64, hid)
        self.pi = nn.Linear(hid, act)
        self.v = nn.Linear(hid, 1)
agent = Actor(env.observation_space.shape[0], env.action_space.n)
