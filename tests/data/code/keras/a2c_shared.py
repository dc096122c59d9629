from keras.models import Model
from keras.layers import Input, Dense, LSTM, TimeDistributed, Conv2D, Flatten, Permute
from keras import regularizers

class LstmActorCritic:
    def build(self, n_states=(6, 84, 84, 1), n_actions=4, hidden=128):
        inp = Input(shape=n_states)
        x = TimeDistributed(Conv2D(16, 8, strides=4, activation='relu'))(inp)
        x = TimeDistributed(Conv2D(32, 4, strides=2, activation='relu'))(x)
        x = TimeDistributed(Flatten())(x)
        x = TimeDistributed(Dense(hidden, activation='relu', kernel_regularizer=regularizers.l2(0.01)))(x)
        lstm, h, c = LSTM(hidden, return_state=True)(x)
        actor = Model(inp, Dense(n_actions, activation='softmax')(lstm))
        critic = Model(inp, Dense(1)(lstm))
        return actor, critic

actor, critic = LstmActorCritic().build(n_actions=6)
