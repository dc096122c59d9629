Dbpath = '../data'
datasets = {'assist2009': '09', 'static': 'st'}
# question number of each dataset
numbers = {'assist2009': 124, 'static': 1224}
DATASET = list(datasets)[0]
NUM_OF_QUESTIONS = numbers[DATASET]
# max step of RNN model
MAX_STEP = 50
INPUT = NUM_OF_QUESTIONS * 2
HIDDEN = 10
LAYERS = 1
OUTPUT = NUM_OF_QUESTIONS
