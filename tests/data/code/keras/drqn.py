import numpy as np
import gym
from tensorflow.keras.layers import Input, Dense, LSTM
from tensorflow.keras.models import Model
from tensorflow.keras.optimizers import Adam
import random
from collections import deque

class ActionStateModel:
    def __init__(self, time_steps, state_dim, action_dim):
        self.time_steps = time_steps
        self.state_dim = state_dim
        self.action_dim = action_dim
        self.opt = Adam(0.005)
        self.model = self.create_model()

    def create_model(self):
        return tf.keras.Sequential([
            Input((self.time_steps, self.state_dim)),
            LSTM(32, activation='tanh'),
            Dense(16, activation='relu'),
            Dense(self.action_dim)
        ])

    def predict(self, state):
        return self.model.predict(state)

class Agent:
    def __init__(self, env):
        self.env = env
        self.state_dim = self.env.observation_space.shape[0]
        self.action_dim = self.env.action_space.n
        self.time_steps = 4

        self.states = np.zeros([self.time_steps, self.state_dim])

        self.model = ActionStateModel(self.time_steps, self.state_dim, self.action_dim)
        self.target_model = ActionStateModel(self.time_steps, self.state_dim, self.action_dim)
        self.target_update()

    def target_update(self):
        weights = self.model.model.get_weights()
        self.target_model.model.set_weights(weights)

def main():
    env = gym.make('CartPole-v1')
    agent = Agent(env)

if __name__ == "__main__":
    main()
