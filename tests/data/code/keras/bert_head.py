import tensorflow as tf
from transformers import TFBertModel

max_len = 128
def create_model(n_out=3):
    ids = tf.keras.layers.Input(shape=(max_len,), dtype=tf.int32, name='input_ids')
    mask = tf.keras.layers.Input(shape=(max_len,), dtype=tf.int32, name='attention_mask')
    bert = TFBertModel.from_pretrained('bert-base-uncased')
    bert.trainable = False
    sequence_output = bert(ids, attention_mask=mask)[0]
    x = tf.keras.layers.Bidirectional(tf.keras.layers.LSTM(64, return_sequences=True))(sequence_output)
    avg_pool = tf.keras.layers.GlobalAveragePooling1D()(x)
    max_pool = tf.keras.layers.GlobalMaxPooling1D()(x)
    concat = tf.keras.layers.concatenate([avg_pool, max_pool])
    out = tf.keras.layers.Dense(n_out, activation="softmax")(tf.keras.layers.Dropout(0.3)(concat))
    return tf.keras.models.Model(inputs=[ids, mask], outputs=out)

model = create_model()
