from five_video import ResearchModels

def train(data_type, seq_length, model, class_limit=None):
    nb_classes = 12
    rm = ResearchModels(nb_classes, model, seq_length)
    return rm.model

def main():
    model = 'lrcn'
    seq_length = 40
    return train('images', seq_length, model)

net = main()
