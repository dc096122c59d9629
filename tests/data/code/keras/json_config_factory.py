import argparse
import tensorflow as tf
from tensorflow.keras import Sequential
from tensorflow.keras.layers import LSTM, GRU, SimpleRNN, Dense, Dropout, Bidirectional

LAYERS = {'LSTM': LSTM, 'GRU': GRU, 'RNN': SimpleRNN}

def get_args():
    parser = argparse.ArgumentParser()
    parser.add_argument('--cell', type=str, default='GRU', choices=list(LAYERS))
    parser.add_argument('--units', type=int, nargs='+', default=[64, 32])
    parser.add_argument('--bidirectional', action='store_true')
    parser.add_argument('--no-dropout', dest='dropout', action='store_false')
    parser.add_argument('--window', '-w', type=int, default=48)
    parser.add_argument('--n_features', type=int, required=True)
    return parser.parse_args()

def build(args):
    cell = LAYERS[args.cell]
    model = Sequential()
    for i, u in enumerate(args.units):
        last = i == len(args.units) - 1
        layer = cell(u, return_sequences=not last)
        if args.bidirectional:
            layer = Bidirectional(layer)
        if i == 0:
            model.add(tf.keras.Input(shape=(args.window, args.n_features)))
        model.add(layer)
        if args.dropout:
            model.add(Dropout(.1))
    model.add(Dense(1))
    return model

if __name__ == '__main__':
    args = get_args()
    model = build(args)
    model.summary()
