from keras.wrappers.scikit_learn import KerasRegressor
from sklearn.model_selection import GridSearchCV
from keras.models import Sequential
from keras.layers import Dense, LSTM, Dropout

def build_model(optimizer='adam', units=30, dropout=0.2):
    grid_model = Sequential()
    grid_model.add(LSTM(units, return_sequences=True, input_shape=(30, 5)))
    grid_model.add(LSTM(units))
    grid_model.add(Dropout(dropout))
    grid_model.add(Dense(1))
    grid_model.compile(loss='mse', optimizer=optimizer)
    return grid_model

grid_model = KerasRegressor(build_fn=build_model, verbose=1, units=50)
parameters = {'batch_size': [16, 20], 'epochs': [8, 10], 'optimizer': ['adam', 'Adadelta']}
grid_search = GridSearchCV(estimator=grid_model, param_grid=parameters, cv=2)
