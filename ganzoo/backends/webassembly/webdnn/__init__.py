"""The half of WebDNN's layout: its generated C++, compiled with our Eigen, and run in our worker."""
