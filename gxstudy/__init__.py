"""gxstudy."""
