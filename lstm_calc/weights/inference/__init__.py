"""The tables read backwards: from the names and shapes in a file to the recurrent layers that they are."""
