"""The doors of Redress: the only folder that imports Flask."""
