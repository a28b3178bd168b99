"""stub for trying"""
FORM="sammanstallning"
def lock(w,y,say): return []
def standing(w,y,t): return {}
