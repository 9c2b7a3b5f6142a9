"""What happens to one electrode along the charge axis: stripping, plating, and potassium that carbon takes."""
