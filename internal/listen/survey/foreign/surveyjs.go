package foreign

func (r *reader) surveyJS(root node) error { return broken(errDeep) }
